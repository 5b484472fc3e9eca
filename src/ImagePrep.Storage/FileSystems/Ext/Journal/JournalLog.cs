using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>A block of the log's own, and for a descriptor the places in the log of the blocks it describes.</summary>
internal sealed record LogRecord(JournalHeader Header, byte[] Block, IReadOnlyList<JournalTag> Tags, IReadOnlyList<uint> Places);

/// <summary>The ring of blocks behind the journal's superblock.</summary>
internal sealed class JournalLog
{
    private const string Structure = "ext journal";

    private readonly Volume _volume;
    private readonly FileMap _map;
    private readonly JournalSuperblock _superblock;
    private readonly uint _end;

    /// <exception cref="CorruptImageException">The superblock contradicts the file system or the journal's own size.</exception>
    public JournalLog(Volume volume, FileMap map, JournalSuperblock superblock)
    {
        _volume = volume;
        _map = map;
        _superblock = superblock;
        Check(superblock.BlockSize == volume.BlockSize, "s_blocksize", superblock.BlockSize, $"{volume.BlockSize}");
        Check(superblock.Length > 1 && superblock.Length <= map.LogicalEnd, "s_maxlen", superblock.Length, $"2 to {map.LogicalEnd}");
        Check(
            superblock.FastCommitBlocks < superblock.Length, "s_num_fc_blks", superblock.FastCommitBlocks, $"less than {superblock.Length}");
        _end = superblock.Length - superblock.FastCommitBlocks;
        Check(superblock.First >= 1 && superblock.First < _end, "s_first", superblock.First, $"1 to {_end - 1}");
        Check(
            superblock.Start == 0 || (superblock.Start >= superblock.First && superblock.Start < _end),
            "s_start", superblock.Start, $"0, or {superblock.First} to {_end - 1}");
        if (superblock.HasCommitChecksums && superblock.HasChecksums)
        {
            throw new CorruptImageException(CorruptKind.Inconsistent, "journal superblock", "two kinds of checksums are on, which exclude each other.");
        }
    }

    /// <summary>The first block of the fast commits; one is left out between them and the log.</summary>
    public uint FirstFastCommit => _end + 1;

    public uint Length => _superblock.Length;

    /// <summary>
    /// The log from its start on, as long as blocks carry the number of the transaction that is due. What follows may be left from an earlier round
    /// of the ring.
    /// </summary>
    /// <exception cref="CorruptImageException">It goes round more than once.</exception>
    public IEnumerable<LogRecord> Records()
    {
        uint due = _superblock.Sequence;
        uint place = _superblock.Start;
        long left = _end - _superblock.First;
        while (place != 0)
        {
            byte[] block = Read(place);
            JournalHeader header = JournalHeader.Parse(block);
            if (!header.IsMagic || header.Sequence != due)
            {
                yield break;
            }

            place = Next(place);
            IReadOnlyList<JournalTag> tags = header.Type == JournalBlockType.Descriptor ? JournalTag.ParseAll(block, _superblock) : [];
            uint[] places = new uint[tags.Count];
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = place;
                place = Next(place);
            }

            left -= 1 + places.Length;
            if (left < 0)
            {
                throw CorruptImageException.Loop(Structure, "the log", _end - _superblock.First);
            }

            if (!Enum.IsDefined(header.Type))
            {
                yield break;
            }

            yield return new LogRecord(header, block, tags, places);
            if (header.Type == JournalBlockType.Commit)
            {
                due = unchecked(due + 1);
            }
        }
    }

    /// <exception cref="CorruptImageException">The journal has a hole there.</exception>
    public byte[] Read(uint place) => _map.TryFind(place, out BlockRun run)
        ? _volume.ReadBlock(run.Physical + (place - run.Logical))
        : throw new CorruptImageException(CorruptKind.Inconsistent, Structure, $"block {place} of the log is a hole. Run e2fsck on the image.");

    /// <summary>Whether a block of the file system is one of the journal's.</summary>
    public bool Owns(long block) =>
        _map.Runs.Any(run => block >= run.Physical && block < run.PhysicalEnd) || _map.IndexBlocks.Contains(block);

    private uint Next(uint place) => place + 1 < _end ? place + 1 : _superblock.First;

    private static void Check(bool holds, string field, uint found, string expected)
    {
        if (!holds)
        {
            throw CorruptImageException.OutOfRange("journal superblock", field, found, expected);
        }
    }
}
