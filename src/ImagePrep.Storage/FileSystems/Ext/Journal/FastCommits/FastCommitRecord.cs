using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Journal.FastCommits;

/// <summary>One change that a fast commit describes. Numbers were checked against the file system, not against what it holds.</summary>
internal abstract record FastCommitRecord
{
    private const string Structure = "ext fast commit";
    /// <summary>What a tag means; null for one that only gives the area its form.</summary>
    /// <exception cref="CorruptImageException">A number or name cannot be right.</exception>
    public static FastCommitRecord? Parse(FastCommitTag tag, Volume volume) => tag.Type switch
    {
        FastCommitTagType.AddRange => ParseAddRange(tag, volume),
        FastCommitTagType.DeleteRange => ParseDeleteRange(tag, volume),
        FastCommitTagType.Create or FastCommitTagType.Link or FastCommitTagType.Unlink => ParseName(tag, volume),
        FastCommitTagType.Inode => ParseInode(tag, volume),
        FastCommitTagType.Tail => new EndOfCommit(),
        _ => null,
    };

    private static AddRangeRecord ParseAddRange(FastCommitTag tag, Volume volume)
    {
        BlockRun run = ExtentLeafEntry.Parse(tag.Value[4..]);
        if (run.Count == 0 || run.LogicalEnd > uint.MaxValue)
        {
            throw CorruptImageException.OutOfRange(Structure, "ee_len", run.Count, "1 or more, within a file of 2^32 blocks");
        }

        volume.CheckBlocks(run.Physical, run.Count, Structure);
        return new AddRangeRecord(CheckedInode(tag.U32(0), volume), run);
    }

    private static DeleteRangeRecord ParseDeleteRange(FastCommitTag tag, Volume volume)
    {
        (long from, long count) = (tag.U32(4), tag.U32(8));
        return count > 0 && from + count <= uint.MaxValue
            ? new DeleteRangeRecord(CheckedInode(tag.U32(0), volume), from, from + count)
            : throw CorruptImageException.OutOfRange(Structure, "fc_len", count, "1 or more, within a file of 2^32 blocks");
    }

    private static InodeRecord ParseInode(FastCommitTag tag, Volume volume)
    {
        ReadOnlySpan<byte> raw = tag.Value[sizeof(uint)..];
        Inode inode = new(CheckedInode(tag.U32(0), volume), new byte[volume.Superblock.InodeSize]);
        raw.CopyTo(inode.Raw);
        return new InodeRecord(inode, raw.Length);
    }

    private static NameRecord ParseName(FastCommitTag tag, Volume volume)
    {
        ReadOnlySpan<byte> name = tag.Value[8..];
        if (!FileName.IsValid(name) || DotRecords.IsDot(name))
        {
            throw CorruptImageException.OutOfRange(Structure, "fc_dname", PrintableText.From(name), "a file name");
        }

        uint parent = tag.U32(0);
        return new NameRecord(tag.Type, parent == Superblock.RootInode ? parent : CheckedInode(parent, volume), CheckedInode(tag.U32(4), volume), new FileName(name));
    }

    /// <summary>Fast commits are about what users have: the file system's own files change in whole transactions.</summary>
    private static uint CheckedInode(uint number, Volume volume)
    {
        Superblock superblock = volume.Superblock;
        bool isUsers = number >= superblock.FirstInode && number <= superblock.InodeCount
            && number != superblock.JournalInode && number != superblock.OrphanFileInode;
        return isUsers
            ? number
            : throw CorruptImageException.OutOfRange(Structure, "inode number", number, $"a file's, {superblock.FirstInode} to {superblock.InodeCount}");
    }
}

/// <summary>Blocks of a file lie there now, whatever was mapped before.</summary>
internal sealed record AddRangeRecord(uint Inode, BlockRun Run) : FastCommitRecord;

/// <summary>Blocks of a file from one up to, without, another are a hole now.</summary>
internal sealed record DeleteRangeRecord(uint Inode, long From, long To) : FastCommitRecord;

/// <summary>A name in a directory: of a new inode, one more for an inode, or one that is gone.</summary>
internal sealed record NameRecord(FastCommitTagType Type, uint Parent, uint Inode, FileName Name) : FastCommitRecord;

/// <summary>An inode; its block map is not meant, ranges describe it, and what lies behind the length is not part of the record.</summary>
internal sealed record InodeRecord(Inode Inode, int Length) : FastCommitRecord;

/// <summary>All records since the last of these became durable together.</summary>
internal sealed record EndOfCommit : FastCommitRecord;
