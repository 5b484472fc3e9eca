using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>Getting names and bytes onto stable storage. Where the host has no such call, the file's own flush is all there is.</summary>
public static class Durability
{
    /// <summary>Waits until what was written to a file, by whoever, is on stable storage.</summary>
    public static void FlushFile(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Makes the names in a folder durable: without it a rename may be lost in a power failure although the file's bytes are safe.</summary>
    public static void FlushFolder(string folder) => WithFolder(folder, LibC.FlushFile);

    /// <summary>Writes back everything of the file system that holds the folder: one call for a thousand small files.</summary>
    public static void FlushFileSystem(string folder) => WithFolder(folder, LibC.FlushFileSystem);

    /// <summary>
    /// Has the storage begin to take what was written to a file so far, and does not wait for it: the flush at the end then finds little left. Only a hint
    /// (sync_file_range(2)), so an error is of no interest; a lost write shows in the flush.
    /// </summary>
    public static void StartWriteBack(SafeFileHandle file)
    {
        if (LibC.IsAvailable)
        {
            _ = LibC.StartWriteBack(file, 0, 0, LibC.StartWriteBackFlag);
        }
    }

    /// <summary>Gives a finished file its name in one step. Never replaces a file unless asked.</summary>
    public static void Rename(string from, string to, bool overwrite)
    {
        if (!overwrite && LibC.IsAvailable)
        {
            if (LibC.Rename(LibC.AtCurrentFolder, from, LibC.AtCurrentFolder, to, LibC.RenameNoReplace) == 0)
            {
                return;
            }

            if (Marshal.GetLastPInvokeError() == LibC.ErrorFileExists)
            {
                throw new IOException($"'{to}' exists already.", LibC.ErrorFileExists);
            }

            // Some file systems (NFS, some FUSE) have no such flag: the managed move below checks first.
        }

        File.Move(from, to, overwrite);
    }

    private static void WithFolder(string folder, Func<SafeFileHandle, int> flush)
    {
        if (!LibC.IsAvailable)
        {
            return;
        }

        int descriptor = LibC.Open(folder, LibC.OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"The folder '{folder}' cannot be opened to be flushed.", Marshal.GetLastPInvokeError());
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (flush(handle) != 0)
        {
            throw new IOException($"The folder '{folder}' could not be flushed to storage.", Marshal.GetLastPInvokeError());
        }
    }
}
