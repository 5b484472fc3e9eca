using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>
/// A folder that one run has to itself: a locked file in it. The lock ends with the run however it ends, and holds between containers, whose process
/// numbers say nothing of each other.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>Of the locked file.</summary>
    public const string FileName = ".imageprep-lock";

    /// <summary>Where a file system has no locks, each try looks like a lost race: then the folder is taken unlocked.</summary>
    private const int Tries = 10;

    private readonly string _path;
    private readonly SafeFileHandle _file;

    private FolderLock(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Null when another run has the folder.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static FolderLock? TryTake(string folder)
    {
        string path = Path.Combine(folder, FileName);
        for (int tries = 1; ; tries++)
        {
            SafeFileHandle file = Open(path, FileMode.OpenOrCreate);
            if (!OwnerLock.TryAcquire(file))
            {
                file.Dispose();
                return null;
            }

            if (IsStillAt(path) || tries == Tries)
            {
                return new FolderLock(path, file);
            }

            // Whoever had it removed the file between our opening and locking it.
            file.Dispose();
        }
    }

    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            File.Delete(_path);
            _file.Dispose();
        }
    }

    /// <summary>Whether the name still leads to the file that was just locked: then nobody else can lock it.</summary>
    private static bool IsStillAt(string path)
    {
        try
        {
            using SafeFileHandle again = Open(path, FileMode.Open);
            return !LibC.IsAvailable || !OwnerLock.TryAcquire(again);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static SafeFileHandle Open(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
