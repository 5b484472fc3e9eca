using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ImagePrep.Storage.Blocks.Native;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// An output file that has no name yet: it is written as <c>.NAME.partial-PID</c> in the folder where it will be, and renamed when it is
/// complete. Until then, disposing removes it, so that errors and cancellation leave nothing behind. What a killed run leaves is removed by the
/// next run that writes the same name.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    private const string Marker = ".partial-";

    /// <summary>Files of this very process, which share its process number with what an earlier container may have left.</summary>
    private static readonly ConcurrentDictionary<string, bool> Mine = new(StringComparer.Ordinal);

    private readonly FileStream _file;
    private readonly bool _overwrite;
    private bool _published;

    private PendingFile(string path, FileStream file, bool overwrite)
    {
        Path = path;
        _file = file;
        _overwrite = overwrite;
    }

    /// <summary>The full path the file will have.</summary>
    public string Path { get; }

    public string TemporaryPath => _file.Name;

    public SafeFileHandle Handle => _file.SafeFileHandle;

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <exception cref="IOException">The name is taken, somebody else is writing it, or the folder cannot be written to.</exception>
    public static PendingFile Create(string path, bool overwrite, UnixFileMode? mode, bool sweep = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = System.IO.Path.GetFullPath(path);
        string folder = System.IO.Path.GetDirectoryName(full) ?? throw new IOException($"'{path}' is a folder, not a file to write.");
        string name = System.IO.Path.GetFileName(full);
        if (name.Length == 0 || Directory.Exists(full))
        {
            throw new IOException($"'{path}' is a folder, not a file to write.");
        }

        if (!overwrite && File.Exists(full))
        {
            throw new IOException($"'{full}' exists already. Choose another name, or remove it first.");
        }

        if (sweep)
        {
            RemoveLeftovers(folder, name);
        }

        string temporary = System.IO.Path.Combine(folder, $".{name}{Marker}" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        if (!Mine.TryAdd(temporary, true))
        {
            throw new IOException($"'{full}' is being written already.");
        }

        try
        {
            FileStream file = CreateFile(temporary, mode);
            _ = OwnerLock.TryAcquire(file.SafeFileHandle);
            return new PendingFile(full, file, overwrite);
        }
        catch
        {
            Mine.TryRemove(temporary, out _);
            throw;
        }
    }

    /// <summary>Waits until the content is on stable storage.</summary>
    public void Flush() => RandomAccess.FlushToDisk(Handle);

    /// <summary>Closes the finished content; the name comes later.</summary>
    public void Close() => _file.Dispose();

    /// <summary>Gives the file its name. The content must have been flushed before, or not need to be.</summary>
    public void Publish()
    {
        Durability.Rename(TemporaryPath, Path, _overwrite);
        _published = true;
        Dispose();
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_published)
        {
            File.Delete(TemporaryPath);
        }

        Mine.TryRemove(TemporaryPath, out _);
    }

    /// <summary>Removes what killed runs have left of one output, or of all outputs in the folder.</summary>
    public static void RemoveLeftovers(string folder, string? name)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder '{folder}' does not exist.");
        }

        foreach (string path in Directory.EnumerateFiles(folder, ".*"))
        {
            string file = System.IO.Path.GetFileName(path);
            int marker = file.LastIndexOf(Marker, StringComparison.Ordinal);
            if (marker > 1
                && (name is null || file.AsSpan(1, marker - 1).SequenceEqual(name))
                && int.TryParse(file.AsSpan(marker + Marker.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int owner)
                && !Mine.ContainsKey(path)
                && (owner == Environment.ProcessId || !IsRunning(owner)))
            {
                RemoveIfUnlocked(path);
            }
        }
    }

    private static FileStream CreateFile(string path, UnixFileMode? mode)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"The folder '{System.IO.Path.GetDirectoryName(path)}' may not be written to by this user.", denied);
        }
    }

    private static void RemoveIfUnlocked(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            if (OwnerLock.TryAcquire(handle))
            {
                File.Delete(path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Somebody else's leftover is theirs to remove; it does not stand in the way of this output.
        }
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
