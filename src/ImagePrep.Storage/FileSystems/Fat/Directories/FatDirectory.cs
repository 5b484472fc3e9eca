using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Directories;

/// <summary>A name in a directory: a record, and the pieces of its long name before it.</summary>
/// <param name="Start">Offset in the directory of the first record that belongs to it.</param>
/// <param name="Offset">Offset of its own record.</param>
/// <param name="Record">The record.</param>
/// <param name="Text">The name that is shown: the long one where it has one.</param>
internal sealed record FatEntry(int Start, int Offset, DirectoryRecord Record, string Text)
{
    public int End => Offset + DirectoryRecord.Size;
}

/// <summary>A directory as a whole: at most 2 MiB by the format. It is the fixed area of FAT12 and FAT16's root, or a chain of clusters.</summary>
internal sealed class FatDirectory
{
    private readonly FatVolume _volume;
    private Dictionary<string, FatEntry>? _index;

    private FatDirectory(FatVolume volume, ClusterChain? chain, byte[] bytes)
    {
        _volume = volume;
        Chain = chain;
        Bytes = bytes;
        Name = chain is null ? "FAT root directory" : $"FAT directory at cluster {chain.First}";
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>Its clusters; null for the fixed root directory.</summary>
    public ClusterChain? Chain { get; }

    public byte[] Bytes { get; }

    /// <summary>Files and directories, in the order in which they are stored.</summary>
    public IReadOnlyList<FatEntry> Entries { get; private set; } = [];

    /// <summary>"." and "..", wherever they are.</summary>
    public IReadOnlyList<FatEntry> Dots { get; private set; } = [];

    /// <summary>The volume label, which only the root directory should have.</summary>
    public FatEntry? Label { get; private set; }

    /// <summary>Offsets of records that are not in use before the end.</summary>
    public IReadOnlyList<int> Deleted { get; private set; } = [];

    /// <summary>Offsets of pieces of long names that belong to no short name.</summary>
    public IReadOnlyList<int> Orphans { get; private set; } = [];

    /// <summary>Offset of the end mark, a record that starts with 0; the length when there is none.</summary>
    public int End { get; private set; }

    public static FatDirectory LoadRoot(FatVolume volume)
    {
        BootSector boot = volume.Boot;
        return boot.Type == FatType.Fat32
            ? Load(volume, boot.RootCluster)
            : Parse(new FatDirectory(volume, null, volume.Device.ReadBytes(boot.RootSector * boot.BytesPerSector, boot.RootRecords * DirectoryRecord.Size)));
    }

    /// <exception cref="CorruptImageException">Its chain is damaged, or a name in it is none.</exception>
    public static FatDirectory Load(FatVolume volume, uint firstCluster)
    {
        string owner = $"FAT directory at cluster {firstCluster}";
        if (firstCluster == 0)
        {
            throw CorruptImageException.OutOfRange(owner, "DIR_FstClus of a directory", 0, "a cluster");
        }

        ClusterChain chain = ClusterChain.Load(volume, firstCluster, FatLimits.MaxDirectoryBytes / volume.Boot.ClusterSize, owner);
        byte[] bytes = new byte[chain.Count * volume.Boot.ClusterSize];
        ChainContent.Read(volume, chain, 0, bytes);
        return Parse(new FatDirectory(volume, chain, bytes));
    }

    /// <summary>Where a record lies on the device. Records never cross clusters.</summary>
    public long PositionOf(int offset) => Chain is null
        ? (_volume.Boot.RootSector * _volume.Boot.BytesPerSector) + offset
        : ChainContent.Ranges(_volume, Chain, offset, DirectoryRecord.Size).First().Start;

    /// <summary>The places of [start, end) of the directory on the device, in order.</summary>
    public IEnumerable<ByteRange> Places(int start, int end) => Chain is null
        ? [new ByteRange(PositionOf(start), end - start)]
        : ChainContent.Ranges(_volume, Chain, start, end - start);

    /// <summary>Finds a name in any case, long or short.</summary>
    public FatEntry? Find(string name)
    {
        if (_index is null)
        {
            _index = new Dictionary<string, FatEntry>(LongName.Comparer);
            foreach (FatEntry entry in Entries)
            {
                _index.TryAdd(entry.Text, entry);
            }

            // A short name never hides a long one.
            foreach (FatEntry entry in Entries)
            {
                _index.TryAdd(ShortName.Decode(entry.Record.ShortName, caseFlags: 0), entry);
            }
        }

        return _index.GetValueOrDefault(name);
    }

    private static FatDirectory Parse(FatDirectory directory)
    {
        List<FatEntry> entries = [];
        List<FatEntry> dots = [];
        List<int> deleted = [];
        List<int> orphans = [];
        LongNameParts parts = new();
        int offset = 0;
        for (; offset < directory.Bytes.Length; offset += DirectoryRecord.Size)
        {
            ReadOnlySpan<byte> raw = directory.Bytes.AsSpan(offset, DirectoryRecord.Size);
            if (raw[0] == 0)
            {
                break;
            }

            if (raw[0] == DirectoryRecord.Deleted)
            {
                orphans.AddRange(parts.Drop());
                deleted.Add(offset);
            }
            else if (DirectoryRecord.IsLongName(raw))
            {
                orphans.AddRange(parts.Add(raw, offset));
            }
            else
            {
                DirectoryRecord record = new(raw.ToArray());
                int start = parts.TryTake(record.ShortName, offset, out string? longName, out IEnumerable<int> dropped);
                orphans.AddRange(dropped);
                bool isDot = record.ShortName.SequenceEqual(ShortName.Dot) || record.ShortName.SequenceEqual(ShortName.DotDot);
                if (record.IsVolumeLabel)
                {
                    directory.Label ??= new FatEntry(start, offset, record, ShortName.DecodeLabel(record.ShortName));
                }
                else if (isDot)
                {
                    dots.Add(new FatEntry(start, offset, record, ShortName.Decode(record.ShortName, 0)));
                }
                else
                {
                    entries.Add(new FatEntry(start, offset, record, longName ?? directory.ShownShortName(record, offset)));
                }
            }
        }

        orphans.AddRange(parts.Drop());
        directory.End = Math.Min(offset, directory.Bytes.Length);
        directory.Entries = entries;
        directory.Dots = dots;
        directory.Deleted = deleted;
        directory.Orphans = orphans;
        return directory;
    }

    private string ShownShortName(DirectoryRecord record, int offset)
    {
        string text = ShortName.Decode(record.ShortName, record.CaseFlags);
        return LongName.TryEncode(text, out _)
            ? text
            : throw new CorruptImageException(
                CorruptKind.OutOfRange, Name, $"DIR_Name of the record at {offset} is '{PrintableText.From(text)}', which is no name. Run fsck.fat on the image.");
    }
}
