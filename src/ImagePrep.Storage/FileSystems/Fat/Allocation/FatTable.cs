using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Allocation;

/// <summary>
/// The file allocation table (fatgen103, "FAT Data Structure"): for each cluster the next one of its chain. Entries that an operation changes
/// stay in memory until <see cref="WriteChanges"/> puts them into every copy.
/// </summary>
internal sealed class FatTable(IBlockReader device, BootSector boot)
{
    public const uint Free = 0;

    /// <summary>First number of a cluster; 0 and 1 are the table's own entries.</summary>
    public const uint FirstCluster = 2;

    private const uint Mask28 = 0x0FFF_FFFF;

    // A multiple of 3, 2 and 4 bytes: no entry of any size crosses a page.
    private const int PageSize = 48 * 1024;

    /// <summary>Pages kept for reading: 3 MiB, a table of 786,432 clusters.</summary>
    private const int MaxKeptPages = 64;

    private readonly Dictionary<long, byte[]> _pages = [];
    private readonly Dictionary<long, ChangedPage> _changed = [];

    // Walks ask for one page again and again.
    private (long Page, byte[] Bytes)? _last;

    /// <summary>The mark that ends a chain, as it is written.</summary>
    public uint EndOfChain => MaxValue;

    /// <summary>The mark of a cluster that cannot be used.</summary>
    public uint Bad => MaxValue - 8;

    private uint MaxValue => boot.Type switch
    {
        FatType.Fat12 => 0xFFF,
        FatType.Fat16 => 0xFFFF,
        _ => Mask28,
    };

    /// <summary>Bytes of one table that hold entries; what follows in its last sector is not used.</summary>
    public long UsedBytes => (((boot.ClusterCount + 2L) * (int)boot.Type) + 7) / 8;

    public bool IsEndOfChain(uint value) => value > Bad;

    public bool IsCluster(uint value) => value >= FirstCluster && value - FirstCluster < boot.ClusterCount;

    /// <summary>Byte offset of a copy of the table.</summary>
    public long TableStart(int copy) => (boot.ReservedSectors + (copy * (long)boot.SectorsPerTable)) * boot.BytesPerSector;

    public uint this[uint cluster]
    {
        get
        {
            (long page, int offset) = Locate(cluster);
            ReadOnlySpan<byte> bytes = Page(page).AsSpan(offset);
            return boot.Type switch
            {
                FatType.Fat12 => (uint)(BinaryPrimitives.ReadUInt16LittleEndian(bytes) >> ((cluster & 1) == 0 ? 0 : 4)) & 0xFFF,
                FatType.Fat16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes) & Mask28,
            };
        }
    }

    public void Set(uint cluster, uint value)
    {
        (long page, int offset) = Locate(cluster);
        ChangedPage changed = Change(page);
        Span<byte> bytes = changed.Bytes.AsSpan(offset);
        switch (boot.Type)
        {
            case FatType.Fat12:
                uint pair = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
                pair = (cluster & 1) == 0 ? (pair & 0xF000) | value : (pair & 0x000F) | (value << 4);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)pair);
                changed.Note(offset, sizeof(ushort));
                break;
            case FatType.Fat16:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
                changed.Note(offset, sizeof(ushort));
                break;
            default:
                // The upper four bits are reserved and stay as they are.
                uint reserved = BinaryPrimitives.ReadUInt32LittleEndian(bytes) & ~Mask28;
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, reserved | value);
                changed.Note(offset, sizeof(uint));
                break;
        }
    }

    /// <summary>Puts the changes of an operation into every copy that is kept; the active one alone where BPB_ExtFlags says so.</summary>
    public void WriteChanges(DeviceUndo log)
    {
        foreach ((long page, ChangedPage changed) in _changed)
        {
            for (int copy = 0; copy < boot.TableCount; copy++)
            {
                if (boot.IsMirrored || copy == boot.ActiveTable)
                {
                    log.WriteAt(TableStart(copy) + (page * PageSize) + changed.Start, changed.Bytes.AsSpan(changed.Start, changed.End - changed.Start));
                }
            }
        }
    }

    /// <summary>Takes the written changes as the state from now on.</summary>
    public void KeepChanges()
    {
        foreach ((long page, ChangedPage changed) in _changed)
        {
            _pages[page] = changed.Bytes;
        }

        _changed.Clear();
    }

    /// <summary>Forgets the changes of an operation that failed.</summary>
    public void DropChanges()
    {
        _changed.Clear();
        _last = null;
    }

    private (long Page, int Offset) Locate(uint cluster)
    {
        long offset = cluster * (long)(int)boot.Type / 8;
        return (offset / PageSize, (int)(offset % PageSize));
    }

    private byte[] Page(long page)
    {
        if (_last is not { } last || last.Page != page)
        {
            last = (page, FindPage(page));
            _last = last;
        }

        return last.Bytes;
    }

    private byte[] FindPage(long page)
    {
        if (_changed.TryGetValue(page, out ChangedPage? changed))
        {
            return changed.Bytes;
        }

        if (!_pages.TryGetValue(page, out byte[]? bytes))
        {
            if (_pages.Count >= MaxKeptPages)
            {
                _pages.Clear();
            }

            bytes = Read(page);
            _pages.Add(page, bytes);
        }

        return bytes;
    }

    private ChangedPage Change(long page)
    {
        if (!_changed.TryGetValue(page, out ChangedPage? changed))
        {
            changed = new ChangedPage([.. Page(page)]);
            _changed.Add(page, changed);
            _last = null;
        }

        return changed;
    }

    private byte[] Read(long page)
    {
        long start = page * PageSize;
        long length = Math.Min(PageSize, (boot.SectorsPerTable * (long)boot.BytesPerSector) - start);
        return device.ReadBytes(TableStart(boot.ActiveTable) + start, (int)length);
    }

    private sealed class ChangedPage(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Start { get; private set; } = int.MaxValue;

        public int End { get; private set; }

        public void Note(int offset, int length)
        {
            Start = Math.Min(Start, offset);
            End = Math.Max(End, offset + length);
        }
    }
}
