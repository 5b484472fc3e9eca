using ImagePrep.Storage.Blocks.Native;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Many files of one folder that get their names together: everything is flushed once, then all are renamed, then the folder is flushed. A
/// thousand small files cost one flush that way, and an interrupted batch leaves no half-written file under a final name.
/// </summary>
public sealed class OutputBatch : IDisposable
{
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly List<PendingFile> _complete = [];

    /// <param name="folder">An existing folder.</param>
    /// <param name="options">Overwrite, flush, digest and mode of all files.</param>
    public OutputBatch(string folder, OutputOptions? options = null)
    {
        _folder = Path.GetFullPath(folder);
        Options = options ?? new OutputOptions();

        // Once for the folder: looking for the leftovers of each single name would make the batch quadratic.
        PendingFile.RemoveLeftovers(_folder, name: null);
    }

    internal OutputOptions Options { get; }

    /// <summary>Gives all files their names. Afterwards the batch is empty and can be filled again.</summary>
    /// <exception cref="IOException">A file could not be flushed or renamed. Files renamed before it are complete and stay; the others are removed on disposal.</exception>
    public void Commit()
    {
        lock (_lock)
        {
            if (_complete.Count == 0)
            {
                return;
            }

            if (Options.Flush)
            {
                Durability.FlushFileSystem(_folder);
            }

            while (_complete.Count > 0)
            {
                _complete[^1].Publish();
                _complete.RemoveAt(_complete.Count - 1);
            }

            if (Options.Flush)
            {
                Durability.FlushFolder(_folder);
            }
        }
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (PendingFile file in _complete)
            {
                file.Dispose();
            }

            _complete.Clear();
        }
    }

    /// <summary>Creates a file, has it filled, and keeps it for the commit.</summary>
    internal T Add<T>(string fileName, Func<PendingFile, T> fill)
    {
        if (Path.GetFileName(fileName) != fileName)
        {
            throw new ArgumentException($"'{fileName}' is not a plain file name.", nameof(fileName));
        }

        PendingFile file = PendingFile.Create(Path.Combine(_folder, fileName), Options.Overwrite, Options.Mode, sweep: false);
        try
        {
            T result = fill(file);
            Options.Verify?.Invoke(file.TemporaryPath);
            file.Close();
            lock (_lock)
            {
                _complete.Add(file);
            }

            return result;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
