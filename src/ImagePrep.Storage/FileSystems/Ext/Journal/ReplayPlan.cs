using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>Where the newest logged content of a block lies in the log.</summary>
internal readonly record struct LoggedBlock(uint Place, bool IsEscaped);

/// <summary>
/// What replaying a log means: which block of the log goes to which block of the file system. Made by reading alone, and checked whole, before
/// anything is written. A log is hostile until proven otherwise: it is walked once for each question instead of kept, because its length is its own claim.
/// </summary>
internal sealed class ReplayPlan
{
    private const string Structure = "ext journal";
    private const int CommitSecondsOffset = 0x30;
    private const int CommitNanosecondsOffset = 0x38;

    private readonly Volume _volume;
    private readonly JournalSuperblock _superblock;
    private readonly JournalLog _log;
    private readonly RevokeTable _revoked = new();
    private readonly SortedDictionary<long, LoggedBlock> _blocks = [];

    private ReplayPlan(Volume volume, JournalSuperblock superblock, JournalLog log)
    {
        _volume = volume;
        _superblock = superblock;
        _log = log;
        NextSequence = FindEnd();
        foreach (LogRecord record in Committed().Where(record => record.Header.Type == JournalBlockType.Revoke))
        {
            Require(JournalChecksum.TailMatches(record.Block, superblock), record, "its revoke block");
            _revoked.Add(record.Block, superblock);
        }

        foreach (LogRecord record in Committed().Where(record => record.Header.Type == JournalBlockType.Descriptor))
        {
            TakeBlocks(record);
        }

        FastCommits = superblock.Start != 0 && superblock.FastCommitBlocks > 0
            ? FastCommitLog.Read(log, NextSequence, volume.Superblock.InodeSize)
            : FastCommitLog.Empty;
    }

    /// <summary>The number of the first transaction that is not committed.</summary>
    public uint NextSequence { get; }

    /// <summary>What waits behind the last transaction, as operations instead of blocks.</summary>
    public FastCommitLog FastCommits { get; }

    public int Transactions => unchecked((int)(NextSequence - _superblock.Sequence));

    /// <summary>Logged blocks that are not to be written, because they were freed later.</summary>
    public int RevokedBlocks { get; private set; }

    /// <summary>By block of the file system, in order.</summary>
    public IReadOnlyDictionary<long, LoggedBlock> Blocks => _blocks;

    /// <exception cref="CorruptImageException">A committed transaction is damaged, or would write where it must not.</exception>
    /// <exception cref="UnsupportedImageException">Fast commits behind the log are of a kind that is not known.</exception>
    public static ReplayPlan Create(Volume volume, JournalSuperblock superblock, JournalLog log) => new(volume, superblock, log);

    /// <summary>
    /// Finds the first transaction without a good commit block: it, and all behind it, were being written when the machine stopped. A descriptor block
    /// with a wrong checksum inside a committed transaction is damage; older than what came before, it is left from an earlier round.
    /// </summary>
    private uint FindEnd()
    {
        uint due = _superblock.Sequence;
        uint crc = ~0u;
        bool isDoubtful = false;
        UnixTime newest = new(long.MinValue);
        foreach (LogRecord record in _log.Records())
        {
            switch (record.Header.Type)
            {
                case JournalBlockType.Descriptor:
                    isDoubtful |= !JournalChecksum.TailMatches(record.Block, _superblock);
                    crc = _superblock.HasCommitChecksums ? ChecksumOf(record, crc) : crc;
                    break;
                case JournalBlockType.Commit:
                    UnixTime time = CommitTime(record.Block);
                    bool isGood = JournalChecksum.CommitMatches(record.Block, _superblock)
                        && (!_superblock.HasCommitChecksums || JournalChecksum.TransactionMatches(record.Block, crc));
                    if (!isGood || (isDoubtful && time < newest))
                    {
                        return due;
                    }

                    Require(!isDoubtful, record, "a descriptor block");
                    newest = time;
                    crc = ~0u;
                    due = unchecked(due + 1);
                    break;
                default:
                    break;
            }
        }

        return due;
    }

    private uint ChecksumOf(LogRecord descriptor, uint crc)
    {
        crc = JournalChecksum.Crc32BigEndian(crc, descriptor.Block);
        foreach (uint place in descriptor.Places)
        {
            crc = JournalChecksum.Crc32BigEndian(crc, _log.Read(place));
        }

        return crc;
    }

    private IEnumerable<LogRecord> Committed() => _log.Records().TakeWhile(record => record.Header.Sequence != NextSequence);

    private void TakeBlocks(LogRecord descriptor)
    {
        for (int i = 0; i < descriptor.Tags.Count; i++)
        {
            JournalTag tag = descriptor.Tags[i];
            if (_revoked.Covers(tag.Home, descriptor.Header.Sequence))
            {
                RevokedBlocks++;
                continue;
            }

            if (tag.Home < 0 || tag.Home >= _volume.Superblock.BlockCount || _log.Owns(tag.Home))
            {
                throw CorruptImageException.OutOfRange(
                    Structure, $"t_blocknr in transaction {descriptor.Header.Sequence}", tag.Home, "a block of the file system outside the journal");
            }

            if (_superblock.HasChecksums)
            {
                Require(tag.Matches(_log.Read(descriptor.Places[i]), descriptor.Header.Sequence, _superblock), descriptor, $"what was logged for block {tag.Home}");
            }

            _blocks[tag.Home] = new LoggedBlock(descriptor.Places[i], tag.IsEscaped);
        }
    }

    private static UnixTime CommitTime(ReadOnlySpan<byte> commit) => new(
        unchecked((long)BinaryPrimitives.ReadUInt64BigEndian(commit[CommitSecondsOffset..])),
        BinaryPrimitives.ReadUInt32BigEndian(commit[CommitNanosecondsOffset..]));

    private static void Require(bool holds, LogRecord record, string what)
    {
        if (!holds)
        {
            throw new CorruptImageException(
                CorruptKind.BadChecksum, Structure, $"transaction {record.Header.Sequence} is committed, but {what} has a wrong checksum. Run e2fsck on the image.");
        }
    }
}
