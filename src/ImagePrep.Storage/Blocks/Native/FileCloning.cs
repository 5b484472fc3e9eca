using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>Copies inside the kernel: sharing blocks where the file system can, else without the detour through this process.</summary>
internal static class FileCloning
{
    /// <summary>Makes <paramref name="target"/> share all blocks of <paramref name="source"/> (FICLONE). False where that is not possible.</summary>
    public static bool TryShareBlocks(SafeFileHandle source, SafeFileHandle target)
    {
        if (!LibC.IsAvailable)
        {
            return false;
        }

        bool referenced = false;
        try
        {
            source.DangerousAddRef(ref referenced);
            return LibC.DeviceControl(target, LibC.CloneWholeFile, source.DangerousGetHandle()) == 0;
        }
        finally
        {
            if (referenced)
            {
                source.DangerousRelease();
            }
        }
    }

    /// <summary>
    /// Copies up to the whole range inside the kernel and returns how many bytes were copied; fewer than asked for means that the caller
    /// copies the rest itself (other file system, old kernel, or a short source, which its read then reports).
    /// </summary>
    public static long CopyInKernel(SafeFileHandle source, SafeFileHandle target, ByteRange range)
    {
        const long MaxStep = 64L << 20;
        if (!LibC.IsAvailable)
        {
            return 0;
        }

        long from = range.Start;
        long to = range.Start;
        while (from < range.End)
        {
            nint copied = LibC.CopyFileRange(source, ref from, target, ref to, (nuint)Math.Min(range.End - from, MaxStep), 0);
            if (copied <= 0 && !(copied < 0 && Marshal.GetLastPInvokeError() == LibC.ErrorInterrupted))
            {
                break;
            }
        }

        return from - range.Start;
    }
}
