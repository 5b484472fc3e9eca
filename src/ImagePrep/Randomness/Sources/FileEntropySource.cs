using System.Security.Cryptography;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// A file, character device or FIFO that the user names: the output of a hardware generator. Read from start to end, each byte once per run;
/// when it is used up, the run stops. It is mixed with the other sources and cannot weaken them.
/// </summary>
/// <remarks>
/// Opening a FIFO waits for its writer, reading one or a device for its bytes, both for ever if need be, and no call of the framework has a limit or can be
/// cancelled. So another thread waits, and is left behind when it takes too long: the run is over then.
/// </remarks>
public sealed class FileEntropySource : IEntropySource, IDisposable
{
    /// <summary>How long a file may deliver nothing.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FileStream _stream;
    private readonly Lock _gate = new();
    private readonly CancellationToken _cancellation;
    private readonly TimeSpan _patience;

    /// <summary>Of every such source.</summary>
    public static SourceDescription Account { get; } = new(
        "A file, FIFO or character device that the user names: the output of a hardware security module or generator, or /dev/hwrng",
        "By the design of the device that made it, which its maker documents. This program reads each byte once and in order, and cannot tell more",
        "Bytes that were never used before and that nobody else has, with full entropy, 8 bits a byte, as a conditioned source gives them. Raw noise is not taken: "
            + "the health tests are set for full entropy and would call it stuck");

    /// <exception cref="RandomnessException">The file cannot be opened, or a FIFO has no writer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public FileEntropySource(string path, CancellationToken cancellation = default)
        : this(path, Patience, cancellation)
    {
    }

    internal FileEntropySource(string path, TimeSpan patience, CancellationToken cancellation)
    {
        Name = $"entropy file {Path.GetFileName(path)}";
        _cancellation = cancellation;
        _patience = patience;
        try
        {
            // Unbuffered: no copy of the bytes stays in a buffer that nobody wipes, and nothing is taken from a device that is not used.
            _stream = InTime(() => new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan }), late => late.Dispose());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RandomnessException($"{Name} cannot be opened: {exception.Message} Nothing was issued.", exception);
        }
    }

    public string Name { get; }

    public SourceDescription Description => Account;

    public void Read(Span<byte> destination)
    {
        lock (_gate)
        {
            byte[] buffer = GC.AllocateUninitializedArray<byte>(destination.Length, pinned: true);
            try
            {
                int done = Fill(buffer);
                if (done < destination.Length)
                {
                    throw new RandomnessException(
                        $"{Name} is used up: {done} of the next {destination.Length} bytes are left. Nothing was issued. "
                        + $"Every node takes {destination.Length} bytes: export more, or prepare fewer nodes at once.");
                }

                buffer.CopyTo(destination);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(buffer);
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private int Fill(byte[] buffer)
    {
        int done = 0;
        try
        {
            while (done < buffer.Length)
            {
                int start = done;
                int read = InTime(() => _stream.Read(buffer.AsSpan(start)), _ => CryptographicOperations.ZeroMemory(buffer));
                if (read == 0)
                {
                    break;
                }

                done += read;
            }

            return done;
        }
        catch (IOException exception)
        {
            throw new RandomnessException($"{Name} cannot be read: {exception.Message} Nothing was issued.", exception);
        }
    }

    /// <param name="blocking">What may wait for ever.</param>
    /// <param name="tidy">What is done with a result that comes too late.</param>
    private T InTime<T>(Func<T> blocking, Action<T> tidy)
    {
        Task<T> work = Task.Run(blocking, CancellationToken.None);
        bool inTime = false;
        try
        {
            inTime = Task.WaitAny([work], (int)_patience.TotalMilliseconds, _cancellation) == 0;
            return inTime
                ? work.GetAwaiter().GetResult()
                : throw new RandomnessException(
                    $"{Name} delivered nothing for {_patience.TotalSeconds:0.#} seconds. Nothing was issued. "
                    + "A FIFO needs a writer before the run starts; check the generator, or run without it if others remain.");
        }
        finally
        {
            if (!inTime)
            {
                _ = work.ContinueWith(late => tidy(late.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            }
        }
    }
}
