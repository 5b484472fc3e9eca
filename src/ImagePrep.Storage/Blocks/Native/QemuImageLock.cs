using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>
/// QEMU's image locking, taken part in as a reader. Each user of an image holds a shared open-file-description lock on byte 100 + p for each
/// permission p it uses, and on byte 200 + p for each permission it forbids to others; a conflict is a held byte on the opposite side.
/// See "Image locking" in QEMU's manual (docs/system/qemu-block-drivers) for what it means to users.
/// </summary>
internal static class QemuImageLock
{
    private const long UsedBase = 100;
    private const long ForbiddenBase = 200;
    private const int ConsistentRead = 0;
    private const int Write = 1;
    private const int Resize = 3;

    /// <summary>
    /// Registers the handle as a reader that forbids writing and resizing; the locks go away with the handle. False when another program
    /// writes to the image or forbids reading it. True where such locks do not exist: then nobody else holds them either.
    /// </summary>
    public static bool TryAcquireForReading(SafeFileHandle file)
    {
        if (!LibC.IsAvailable)
        {
            return true;
        }

        // Register first, look second: two programs that start at the same moment then see each other.
        return TrySet(file, UsedBase + ConsistentRead)
            && TrySet(file, ForbiddenBase + Write)
            && TrySet(file, ForbiddenBase + Resize)
            && !IsHeldByOthers(file, UsedBase + Write)
            && !IsHeldByOthers(file, UsedBase + Resize)
            && !IsHeldByOthers(file, ForbiddenBase + ConsistentRead);
    }

    private static bool TrySet(SafeFileHandle file, long position)
    {
        LibC.FileLock range = new() { Type = LibC.ReadLock, Start = position, Length = 1 };
        if (LibC.FileControl(file, LibC.SetOpenFileLock, ref range) == 0)
        {
            return true;
        }

        // Anything but "somebody else has it" means that this file system has no such locks.
        return Marshal.GetLastPInvokeError() is not (LibC.ErrorTryAgain or LibC.ErrorAccess);
    }

    private static bool IsHeldByOthers(SafeFileHandle file, long position)
    {
        LibC.FileLock range = new() { Type = LibC.WriteLock, Start = position, Length = 1 };
        return LibC.FileControl(file, LibC.GetOpenFileLock, ref range) == 0 && range.Type != LibC.Unlocked;
    }
}
