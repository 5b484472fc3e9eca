using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

/// <summary>
/// The fast commits that wait behind the last whole transaction: small descriptions of what changed, which the kernel writes where a whole transaction
/// would cost too much. Only what a tail with the right number and checksum ends is part of them; the rest is older, or was being written.
/// </summary>
internal sealed class FastCommitLog
{
    private const string Structure = "ext fast commit";

    /// <summary>More than fit an area of the usual 256 blocks of 4 KiB, where most take 20 bytes or more.</summary>
    private const int MaxTags = 1 << 16;

    private readonly int _inodeSize;
    private readonly uint _sequence;
    private readonly List<byte[]> _tags = [];
    private readonly List<byte[]> _open = [];
    private uint _crc;

    private FastCommitLog(int inodeSize, uint sequence)
    {
        _inodeSize = inodeSize;
        _sequence = sequence;
    }

    public static FastCommitLog Empty { get; } = new(Inode.OldSize, 0);

    public bool IsEmpty => Commits == 0;

    public int Commits { get; private set; }

    /// <param name="log">The journal's blocks.</param>
    /// <param name="sequence">The number of the transaction that is not whole: what is left from earlier ones carries another.</param>
    /// <param name="inodeSize">No record of an inode is longer.</param>
    /// <exception cref="UnsupportedImageException">A feature that is not known, or too many tags.</exception>
    public static FastCommitLog Read(JournalLog log, uint sequence, int inodeSize)
    {
        FastCommitLog found = new(inodeSize, sequence);
        for (uint place = log.FirstFastCommit; place < log.Length; place++)
        {
            if (!found.TakeBlock(log.Read(place)))
            {
                break;
            }
        }

        return found;
    }

    /// <summary>What the fast commits say, in the order in which they were written.</summary>
    /// <param name="volume">As the whole transactions left it; its limits are what numbers are checked against.</param>
    /// <exception cref="CorruptImageException">A fast commit with a good checksum holds what cannot be right.</exception>
    public IEnumerable<FastCommitRecord> Records(Volume volume)
    {
        foreach (byte[] raw in _tags)
        {
            if (Parse(raw, volume) is { } record)
            {
                yield return record;
            }
        }
    }

    private static FastCommitRecord? Parse(byte[] raw, Volume volume) =>
        FastCommitTag.TryParse(raw, volume.Superblock.InodeSize, out FastCommitTag tag)
            ? FastCommitRecord.Parse(tag, volume)
            : throw CorruptImageException.OutOfRange(Structure, "length of an inode", raw.Length, $"at most {volume.Superblock.InodeSize}");

    private bool TakeBlock(ReadOnlySpan<byte> block)
    {
        while (block.Length >= FastCommitTag.HeaderSize)
        {
            if (!FastCommitTag.TryParse(block, _inodeSize, out FastCommitTag tag) || !Take(tag))
            {
                return false;
            }

            block = block[tag.Raw.Length..];
        }

        return true;
    }

    private bool Take(FastCommitTag tag)
    {
        bool isFirst = _tags.Count + _open.Count == 0;
        if (isFirst && tag.Type != FastCommitTagType.Head)
        {
            return false;
        }

        if (_tags.Count + _open.Count == MaxTags)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, Structure, $"there are more than {MaxTags} tags. Boot the image once and shut it down.");
        }

        _open.Add(tag.Raw.ToArray());
        if (tag.Type == FastCommitTagType.Tail)
        {
            return TakeTail(tag);
        }

        _crc = Crc32C.Compute(_crc, tag.Raw);
        return tag.Type != FastCommitTagType.Head || IsDue(tag);
    }

    private bool IsDue(FastCommitTag head)
    {
        if (head.U32(4) != _sequence)
        {
            return false;
        }

        uint features = head.U32(0);
        return features == 0
            ? true
            : throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature, Structure,
                $"fc_features has the unknown bits 0x{features:x}. Boot the image once with its own kernel and shut it down.");
    }

    // The checksum covers everything since the last tail, and of the tail what comes before the checksum.
    private bool TakeTail(FastCommitTag tail)
    {
        const int numberEnd = FastCommitTag.HeaderSize + sizeof(uint);
        uint crc = Crc32C.Compute(_crc, tail.Raw[..numberEnd]);
        _crc = 0;
        if (tail.U32(0) != _sequence || tail.U32(4) != crc)
        {
            return false;
        }

        _tags.AddRange(_open);
        _open.Clear();
        Commits++;
        return true;
    }
}
