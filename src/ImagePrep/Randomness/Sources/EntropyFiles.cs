using ImagePrep.Storage.Blocks;

namespace ImagePrep.Randomness.Sources;

/// <summary>The entropy files that the user named, opened before the work begins, so that a mistyped name costs nothing.</summary>
public sealed class EntropyFiles : IDisposable
{
    private readonly List<FileEntropySource> _sources = [];

    private EntropyFiles()
    {
    }

    public IReadOnlyList<IEntropySource> Sources => _sources;

    /// <exception cref="RandomnessException">One cannot be opened, or is named twice.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while one is waited for.</exception>
    public static EntropyFiles Open(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(paths);
        EntropyFiles files = new();
        try
        {
            HashSet<string> named = new(StringComparer.Ordinal);
            foreach (string path in paths)
            {
                if (!named.Add(ResolvedPath.Of(path)))
                {
                    throw new RandomnessException($"Entropy file {path} is named twice, or by two names; its bytes count once. Name it once.");
                }

                files._sources.Add(new FileEntropySource(path, cancellation));
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose() => _sources.ForEach(source => source.Dispose());
}
