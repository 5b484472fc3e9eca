namespace ImagePrep.Randomness.Sources;

/// <summary>
/// A file, character device or FIFO that the user names: the export of a hardware generator. Read from start to end, each byte once per run;
/// when it is used up, the run stops. It is mixed with the other sources and cannot weaken them.
/// </summary>
public sealed class FileEntropySource : IEntropySource, IDisposable
{
    private readonly FileStream _stream;
    private readonly Lock _gate = new();

    /// <summary>Of every such source.</summary>
    public static SourceDescription Account { get; } = new(
        "A file, FIFO or character device that the user names: the export of a hardware security module or generator, or /dev/hwrng",
        "By the design of the device that made it, which its maker documents. This program reads each byte once and in order, and cannot tell more",
        "Bytes that were never used before and that nobody else has. If they are raw noise, an assessment by SP 800-90B: 64 bytes for each node should hold 256 bits of entropy or more");

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public FileEntropySource(string path)
    {
        // Unbuffered: no copy of the bytes stays in a buffer that nobody wipes, and nothing is taken from a device that is not used.
        _stream = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        Name = $"entropy file {Path.GetFileName(path)}";
    }

    public string Name { get; }

    public SourceDescription Description => Account;

    public void Read(Span<byte> destination)
    {
        lock (_gate)
        {
            int read = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            if (read < destination.Length)
            {
                throw new RandomnessException(
                    $"{Name} is used up: {read} of the next {destination.Length} bytes are left. Nothing was issued. "
                    + $"Every node takes {destination.Length} bytes: export more, or prepare fewer nodes at once.");
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
