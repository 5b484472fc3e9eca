using System.Globalization;
using ImagePrep.Storage.Blocks.Native;

namespace ImagePrep.Pipeline;

/// <summary>
/// An output folder that is filled in a hidden folder inside it and published at the end, so that a run that fails, is interrupted or is killed
/// leaves nothing at the final names. The hidden folder is inside because an output folder may be a mount point: a rename must stay on one file system.
/// </summary>
public sealed class StagingFolder : IDisposable
{
    private const string Prefix = ".imageprep-partial-";

    private readonly bool _createdFinal;
    private readonly FolderLock? _lock;
    private bool _published;

    /// <param name="finalPath">The output folder: absent, or empty but for leftovers of killed runs.</param>
    /// <exception cref="IOException">The folder holds files, another run is writing to it, or it cannot be written.</exception>
    public StagingFolder(string finalPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(finalPath);
        FinalPath = System.IO.Path.GetFullPath(finalPath);
        if (System.IO.File.Exists(FinalPath))
        {
            throw new IOException($"{FinalPath} is a file; name a new or empty folder with --out.");
        }

        _createdFinal = !Directory.Exists(FinalPath);
        Path = System.IO.Path.Combine(FinalPath, Prefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            Directory.CreateDirectory(FinalPath);
            RefuseForeignFiles();
            _lock = FolderLock.TryTake(FinalPath)
                ?? throw new IOException($"Another run of ImagePrep is writing to {FinalPath}; let it end, or name another folder with --out.");

            // Again: a run that held the lock until now has published meanwhile.
            RefuseForeignFiles();
            RemoveLeftovers();
            Directory.CreateDirectory(Path);
        }
        catch (UnauthorizedAccessException exception)
        {
            _lock?.Dispose();
            throw new IOException($"{FinalPath} cannot be written: {exception.Message} Name a folder you may write with --out.", exception);
        }
        catch
        {
            _lock?.Dispose();
            throw;
        }
    }

    /// <summary>Where the files are made.</summary>
    public string Path { get; }

    /// <summary>Where they will be.</summary>
    public string FinalPath { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Puts everything on stable storage and moves it to its final name, <paramref name="last"/> at the end: whoever sees that file sees all the others.
    /// </summary>
    public void Publish(string last)
    {
        // Files in folders are a batch, which whoever wrote it has flushed at once.
        foreach (string file in Directory.EnumerateFiles(Path))
        {
            Durability.FlushFile(file);
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(Path).OrderBy(entry => System.IO.Path.GetFileName(entry) == last ? 1 : 0).ToArray())
        {
            string target = System.IO.Path.Combine(FinalPath, System.IO.Path.GetFileName(entry));
            Directory.Move(entry, target);
        }

        Directory.Delete(Path);
        _lock?.Dispose();
        Durability.FlushFolder(FinalPath);
        _published = true;
    }

    public void Dispose()
    {
        if (_published)
        {
            return;
        }

        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        _lock?.Dispose();
        if (_createdFinal && Directory.Exists(FinalPath) && !Directory.EnumerateFileSystemEntries(FinalPath).Any())
        {
            Directory.Delete(FinalPath);
        }
    }

    private void RefuseForeignFiles()
    {
        string? present = Directory.EnumerateFileSystemEntries(FinalPath)
            .Where(entry => System.IO.Path.GetFileName(entry) is not ("lost+found" or FolderLock.FileName) && !IsStaging(entry))
            .Select(System.IO.Path.GetFileName)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (present is not null)
        {
            throw new IOException($"{FinalPath} is not empty (it holds {present}); name a new or empty folder with --out.");
        }
    }

    /// <summary>Removes what killed runs left behind: whoever holds the lock is the only run, so every hidden folder is a leftover.</summary>
    private void RemoveLeftovers()
    {
        foreach (string folder in Directory.EnumerateDirectories(FinalPath, Prefix + "*").Where(IsStaging))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Whether an entry has a name that this class gives; what else begins like it is the user's.</summary>
    private static bool IsStaging(string entry)
    {
        string name = System.IO.Path.GetFileName(entry);
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
