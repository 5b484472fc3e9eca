using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>A piece of the output on its way: where it belongs, and the buffer that holds it.</summary>
internal sealed record Chunk(long Number, ByteRange Range, byte[] Buffer)
{
    public Span<byte> Bytes => Buffer.AsSpan(0, (int)Range.Length);

    /// <summary>
    /// After compression: how many bytes each cluster of the chunk came to. The streams stand in the second half of the buffer, each where its cluster
    /// stands in the first.
    /// </summary>
    public int[] CompressedLengths { get; set; } = [];
}

/// <summary>
/// Hands numbered chunks to many workers and gives them back in order to one consumer. Memory is a fixed set of buffers; since a chunk gets its
/// number together with its buffer, the chunk that the consumer waits for is always in somebody's hands.
/// </summary>
internal sealed class ChunkQueue
{
    private readonly object _monitor = new();
    private readonly IEnumerator<ByteRange> _ranges;
    private readonly Stack<byte[]> _free = [];
    private readonly Chunk?[] _finished;
    private long _taken;
    private long _consumed;
    private bool _allTaken;
    private bool _stopped;

    public ChunkQueue(IEnumerable<ByteRange> ranges, int buffers, int bufferSize)
    {
        _ranges = ranges.GetEnumerator();
        _finished = new Chunk?[buffers];
        for (int i = 0; i < buffers; i++)
        {
            _free.Push(GC.AllocateUninitializedArray<byte>(bufferSize, pinned: true));
        }
    }

    /// <summary>The next chunk to work on; null when all are taken or the work was stopped.</summary>
    public Chunk? Take()
    {
        lock (_monitor)
        {
            while (!_stopped && !_allTaken && _free.Count == 0)
            {
                Monitor.Wait(_monitor);
            }

            if (_stopped || _allTaken)
            {
                return null;
            }

            if (!_ranges.MoveNext())
            {
                _allTaken = true;
                Monitor.PulseAll(_monitor);
                return null;
            }

            return new Chunk(_taken++, _ranges.Current, _free.Pop());
        }
    }

    /// <summary>Passes a chunk on to the consumer.</summary>
    public void Finish(Chunk chunk)
    {
        lock (_monitor)
        {
            _finished[chunk.Number % _finished.Length] = chunk;
            Monitor.PulseAll(_monitor);
        }
    }

    /// <summary>The next chunk in order, for the one consumer; null after the last or when the work was stopped.</summary>
    public Chunk? TakeFinished()
    {
        lock (_monitor)
        {
            ref Chunk? slot = ref _finished[_consumed % _finished.Length];
            while (!_stopped && slot is null && !(_allTaken && _consumed == _taken))
            {
                Monitor.Wait(_monitor);
            }

            Chunk? chunk = _stopped ? null : slot;
            slot = null;
            _consumed++;
            return chunk;
        }
    }

    /// <summary>The buffer is free for another chunk.</summary>
    public void Release(Chunk chunk)
    {
        lock (_monitor)
        {
            _free.Push(chunk.Buffer);
            Monitor.PulseAll(_monitor);
        }
    }

    /// <summary>Wakes everybody up to leave.</summary>
    public void Stop()
    {
        lock (_monitor)
        {
            _stopped = true;
            Monitor.PulseAll(_monitor);
        }
    }
}
