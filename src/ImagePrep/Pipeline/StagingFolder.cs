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
    private bool _published;

    /// <param name="finalPath">The output folder: absent, or empty but for leftovers of killed runs.</param>
    /// <exception cref="IOException">The folder holds files, or cannot be written.</exception>
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
            RemoveLeftovers();
            string? present = Directory.EnumerateFileSystemEntries(FinalPath)
                .Select(System.IO.Path.GetFileName)
                .Order(StringComparer.Ordinal)
                .FirstOrDefault(name => !name!.StartsWith(Prefix, StringComparison.Ordinal) && name != "lost+found");
            if (present is not null)
            {
                throw new IOException($"{FinalPath} is not empty (it holds {present}); name a new or empty folder with --out.");
            }

            Directory.CreateDirectory(Path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{FinalPath} cannot be written: {exception.Message} Name a folder you may write with --out.", exception);
        }
    }

    /// <summary>Where the files are made.</summary>
    public string Path { get; }

    /// <summary>Where they will be.</summary>
    public string FinalPath { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Moves everything to its final name, <paramref name="last"/> at the end: whoever sees that file sees all the others.</summary>
    public void Publish(string last)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(Path).OrderBy(entry => System.IO.Path.GetFileName(entry) == last ? 1 : 0).ToArray())
        {
            string target = System.IO.Path.Combine(FinalPath, System.IO.Path.GetFileName(entry));
            Directory.Move(entry, target);
        }

        Directory.Delete(Path);
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

        if (_createdFinal && Directory.Exists(FinalPath) && !Directory.EnumerateFileSystemEntries(FinalPath).Any())
        {
            Directory.Delete(FinalPath);
        }
    }

    /// <summary>Removes what killed runs left behind: hidden folders whose process is gone.</summary>
    private void RemoveLeftovers()
    {
        foreach (string folder in Directory.EnumerateDirectories(FinalPath, Prefix + "*"))
        {
            bool isRunning = int.TryParse(System.IO.Path.GetFileName(folder)[Prefix.Length..], CultureInfo.InvariantCulture, out int id)
                && id != Environment.ProcessId
                && Directory.Exists($"/proc/{id}");
            if (!isRunning)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
