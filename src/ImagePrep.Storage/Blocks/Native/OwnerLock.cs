using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>
/// Marks an unfinished output file as somebody's work in progress. Process numbers alone cannot tell: two containers that share a folder
/// both have a process 1. The byte lies outside of those that QEMU uses.
/// </summary>
internal static class OwnerLock
{
    private const long Position = 90;

    /// <summary>False when another open file holds the mark. The mark goes away with the handle.</summary>
    public static bool TryAcquire(SafeFileHandle file)
    {
        if (!LibC.IsAvailable)
        {
            return true;
        }

        LibC.FileLock range = new() { Type = LibC.WriteLock, Start = Position, Length = 1 };
        return LibC.FileControl(file, LibC.SetOpenFileLock, ref range) == 0
            || Marshal.GetLastPInvokeError() is not (LibC.ErrorTryAgain or LibC.ErrorAccess);
    }
}
