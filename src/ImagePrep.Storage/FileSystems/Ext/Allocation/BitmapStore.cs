using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Allocation;

/// <summary>
/// Block and inode bitmaps, loaded when first needed and checked. A group that was never written (BLOCK_UNINIT, INODE_UNINIT) has no bitmap
/// on disk: it is made up from what the group must hold.
/// </summary>
internal sealed class BitmapStore(Volume volume)
{
    // Two blocks a group: 4 MiB with 4 KiB blocks. Only a search over a large, full file system reaches it.
    private const int MaxCached = 512;

    private readonly Dictionary<uint, Bitmap> _blocks = [];
    private readonly Dictionary<uint, Bitmap> _inodes = [];
    private readonly HashSet<uint> _kept = [];
    private (long Start, uint Count)[]? _metadata;

    /// <exception cref="CorruptImageException">The checksum is wrong.</exception>
    public Bitmap Blocks(uint group) => Get(_blocks, group, LoadBlocks);

    /// <inheritdoc cref="Blocks"/>
    public Bitmap Inodes(uint group) => Get(_inodes, group, LoadInodes);

    /// <summary>Keeps a group's bitmaps in memory: they were changed and are not stored yet.</summary>
    public void Keep(uint group) => _kept.Add(group);

    /// <summary>The group's bitmaps are stored: they may be dropped again.</summary>
    public void Release(uint group) => _kept.Remove(group);

    public uint BlockChecksum(Bitmap bitmap) =>
        Crc32C.Compute(volume.ChecksumSeed, bitmap.Bits.AsSpan(0, (int)volume.Superblock.BlocksPerGroup / 8));

    public uint InodeChecksum(Bitmap bitmap) =>
        Crc32C.Compute(volume.ChecksumSeed, bitmap.Bits.AsSpan(0, (int)volume.Superblock.InodesPerGroup / 8));

    /// <summary>Whether blocks hold metadata of the file system itself, which no file may claim.</summary>
    public bool OverlapsMetadata(long start, uint count)
    {
        _metadata ??= SortedMetadata();
        int index = FirstEndingAfter(_metadata, start);
        return index < _metadata.Length && _metadata[index].Start < start + count;
    }

    private Bitmap Get(Dictionary<uint, Bitmap> cache, uint group, Func<uint, Bitmap> load)
    {
        if (cache.TryGetValue(group, out Bitmap? bitmap))
        {
            return bitmap;
        }

        if (cache.Count >= MaxCached)
        {
            foreach (uint other in cache.Keys.Where(key => !_kept.Contains(key)).ToArray())
            {
                cache.Remove(other);
            }
        }

        bitmap = load(group);
        cache.Add(group, bitmap);
        return bitmap;
    }

    private Bitmap LoadBlocks(uint group)
    {
        if (volume.Groups.HasFlag(group, GroupFlags.BlockUninit))
        {
            return MakeBlocks(group);
        }

        GroupDescriptor descriptor = volume.Groups[group];
        Bitmap bitmap = new(volume.ReadBlock(descriptor.BlockBitmap), volume.Groups.BlocksIn(group));
        CheckChecksum($"block bitmap of group {group}", descriptor.BlockBitmapChecksum, BlockChecksum(bitmap) & descriptor.BitmapChecksumMask);
        return bitmap;
    }

    private Bitmap LoadInodes(uint group)
    {
        uint count = volume.Superblock.InodesPerGroup;
        if (volume.Groups.HasFlag(group, GroupFlags.InodeUninit))
        {
            return Padded(count);
        }

        GroupDescriptor descriptor = volume.Groups[group];
        Bitmap bitmap = new(volume.ReadBlock(descriptor.InodeBitmap), count);
        CheckChecksum($"inode bitmap of group {group}", descriptor.InodeBitmapChecksum, InodeChecksum(bitmap) & descriptor.BitmapChecksumMask);
        return bitmap;
    }

    private Bitmap MakeBlocks(uint group)
    {
        Bitmap bitmap = Padded(volume.Groups.BlocksIn(group));
        long first = volume.Groups.FirstBlock(group);
        long end = first + bitmap.Count;
        _metadata ??= SortedMetadata();

        for (int index = FirstEndingAfter(_metadata, first); index < _metadata.Length && _metadata[index].Start < end; index++)
        {
            long start = Math.Max(first, _metadata[index].Start);
            long stop = Math.Min(end, _metadata[index].Start + _metadata[index].Count);
            if (stop > start)
            {
                bitmap.Set((uint)(start - first), (uint)(stop - start));
            }
        }

        return bitmap;
    }

    // Nothing in use but the padding behind the last bit, which is always set.
    private Bitmap Padded(uint count)
    {
        Bitmap all = new(new byte[volume.BlockSize], (uint)volume.BlockSize * 8);
        all.Set(count, all.Count - count);
        return new Bitmap(all.Bits, count);
    }

    /// <summary>All metadata of the file system in order, neighbours joined: with flex_bg a handful of runs for sixteen groups.</summary>
    private (long Start, uint Count)[] SortedMetadata()
    {
        List<(long Start, uint Count)> joined = [];
        foreach ((long start, uint count) in volume.Groups.MetadataRuns().OrderBy(run => run.Start))
        {
            if (joined.Count > 0 && start <= joined[^1].Start + joined[^1].Count && start + count - joined[^1].Start <= uint.MaxValue)
            {
                long end = Math.Max(joined[^1].Start + joined[^1].Count, start + count);
                joined[^1] = (joined[^1].Start, (uint)(end - joined[^1].Start));
            }
            else
            {
                joined.Add((start, count));
            }
        }

        return [.. joined];
    }

    private static int FirstEndingAfter((long Start, uint Count)[] runs, long block)
    {
        int low = 0;
        int high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].Start + runs[middle].Count > block)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private void CheckChecksum(string structure, uint stored, uint computed)
    {
        if (volume.HasChecksums && stored != computed)
        {
            throw CorruptImageException.BadChecksum(structure, "checksum", stored, computed);
        }
    }
}
