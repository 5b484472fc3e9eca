namespace ImagePrep.Storage.Blocks;

/// <summary>
/// Edits over a reader that stays untouched: changed 4 KiB blocks live in memory. Memory is bounded by <see cref="MaxChangedBytes"/>.
/// </summary>
public sealed class OverlayDevice(IBlockReader below) : IBlockDevice
{
    /// <summary>Unit of change in bytes: the page size of guests and the unit of stamping.</summary>
    public const int BlockSize = 4096;

    /// <summary>
    /// Steps edit configuration, not data: 64 MiB is far above any recipe and keeps the process within its memory bar of 200 MiB.
    /// </summary>
    public const long MaxChangedBytes = 64L << 20;

    private readonly Dictionary<long, byte[]> _changed = [];
    private long[]? _sorted;

    public long Length => below.Length;

    /// <summary>Number of blocks of <see cref="BlockSize"/> bytes that were changed.</summary>
    public int ChangedBlocks => _changed.Count;

    public void ReadAt(long offset, Span<byte> destination)
    {
        BlockBounds.Check(Length, offset, destination.Length);
        if (_changed.Count == 0)
        {
            below.ReadAt(offset, destination);
            return;
        }

        // Runs of unchanged blocks are read in one call; changed blocks come from memory.
        int done = 0;
        while (done < destination.Length)
        {
            long position = offset + done;
            if (_changed.TryGetValue(position / BlockSize, out byte[]? block))
            {
                int within = (int)(position % BlockSize);
                int count = Math.Min(BlockSize - within, destination.Length - done);
                block.AsSpan(within, count).CopyTo(destination[done..]);
                done += count;
            }
            else
            {
                long end = EndOfUnchanged(position / BlockSize, offset + destination.Length);
                int count = (int)(end - position);
                below.ReadAt(position, destination.Slice(done, count));
                done += count;
            }
        }
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> source)
    {
        BlockBounds.Check(Length, offset, source.Length);
        int done = 0;
        while (done < source.Length)
        {
            long position = offset + done;
            int within = (int)(position % BlockSize);
            int count = Math.Min(BlockSize - within, source.Length - done);
            source.Slice(done, count).CopyTo(BlockForWriting(position / BlockSize).AsSpan(within));
            done += count;
        }
    }

    /// <summary>Writes what was changed to a device of the same length.</summary>
    public void CopyTo(IBlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        foreach (long index in Sorted())
        {
            device.WriteAt(index * BlockSize, _changed[index].AsSpan(0, (int)Math.Min(BlockSize, Length - (index * BlockSize))));
        }
    }

    public ByteRange NextData(long offset)
    {
        ByteRange data = below.NextData(offset);
        long changed = NextChangedBlock(offset / BlockSize);
        if (changed < 0)
        {
            return data;
        }

        long changedStart = Math.Max(changed * BlockSize, offset);
        if (!data.IsEmpty && data.Start <= changedStart)
        {
            return data;
        }

        return ByteRange.FromBounds(changedStart, Math.Min((changed + 1) * BlockSize, Length));
    }

    private byte[] BlockForWriting(long index)
    {
        if (_changed.TryGetValue(index, out byte[]? block))
        {
            return block;
        }

        if ((_changed.Count + 1L) * BlockSize > MaxChangedBytes)
        {
            throw new InvalidOperationException(
                $"The edits of one image exceed {MaxChangedBytes >> 20} MiB; a recipe changes far less. Nothing was written.");
        }

        block = new byte[BlockSize];
        int valid = (int)Math.Min(BlockSize, Length - (index * BlockSize));
        below.ReadAt(index * BlockSize, block.AsSpan(0, valid));
        _changed.Add(index, block);
        _sorted = null;
        return block;
    }

    /// <summary>Where the next changed block behind an unchanged one starts, at most <paramref name="limit"/>.</summary>
    private long EndOfUnchanged(long index, long limit)
    {
        long next = index + 1;
        while (next * BlockSize < limit && !_changed.ContainsKey(next))
        {
            next++;
        }

        return Math.Min(next * BlockSize, limit);
    }

    /// <summary>Index of the first changed block at or after <paramref name="index"/>, or -1.</summary>
    private long NextChangedBlock(long index)
    {
        long[] sorted = Sorted();
        int found = Array.BinarySearch(sorted, index);
        found = found < 0 ? ~found : found;
        return found < sorted.Length ? sorted[found] : -1;
    }

    private long[] Sorted() => _sorted ??= [.. _changed.Keys.Order()];
}
