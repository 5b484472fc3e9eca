using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// A directory of ext2, ext3 or ext4: linear, or indexed by name hash (htree). Knows blocks and names; inodes, link counts and times are the
/// caller's. Encrypted and case-folded directories need other rules and must not be passed in.
/// </summary>
/// <remarks>
/// Escaping exceptions: <see cref="CorruptImageException"/>, <see cref="UnsupportedImageException"/>, argument exceptions for misuse, and
/// whatever the blocks themselves throw. Edits are worked out in memory first: until they start to be stored nothing has changed.
/// </remarks>
internal static partial class DirectoryFile
{
    /// <summary>Finds a name, "." and ".." included, by index where there is one.</summary>
    public static bool TryFind(IDirectoryBlocks blocks, FileName name, out DirectoryRecord record)
    {
        if (DotRecords.IsDot(name.Bytes))
        {
            record = FindDot(blocks, name);
            return true;
        }

        foreach ((uint _, LinearBlock block) in Candidates(blocks, name))
        {
            if (block.TryFind(name.Bytes, out record))
            {
                return true;
            }
        }

        record = default;
        return false;
    }

    /// <summary>All names in stored order, without "." and "..".</summary>
    public static IEnumerable<DirectoryRecord> List(IDirectoryBlocks blocks)
    {
        foreach ((uint _, LinearBlock block) in LinearBlocks(blocks))
        {
            foreach (DirectoryRecord record in block.Records)
            {
                if (!DotRecords.IsDot(record.Name.Bytes))
                {
                    yield return record;
                }
            }
        }
    }

    /// <summary>Whether nothing but "." and ".." is left.</summary>
    public static bool IsEmpty(IDirectoryBlocks blocks) => !List(blocks).Any();

    /// <summary>Inode number of the directory above; the root is its own.</summary>
    public static uint Parent(IDirectoryBlocks blocks) => ReadDots(blocks).Parent;

    private static DirectoryRecord FindDot(IDirectoryBlocks blocks, FileName name)
    {
        DotRecords dots = ReadDots(blocks);
        bool self = name.Bytes.SequenceEqual(DotRecords.SelfName);
        return new DirectoryRecord(name, self ? dots.Self : dots.Parent, blocks.Rules.HasFileType ? DotRecords.DirectoryType : (byte)0);
    }

    /// <summary>"." and ".." of a directory whose block 0 is sound.</summary>
    public static DotRecords ReadDots(IDirectoryBlocks blocks)
    {
        CheckNotEmpty(blocks);
        byte[] first = blocks.Read(0);
        if (blocks.IsIndexed)
        {
            IndexNode.ParseRoot(first, blocks.Rules);
        }
        else
        {
            LinearBlock.Parse(first, blocks.Rules, 0);
        }

        return DotRecords.Parse(first, blocks.Rules);
    }

    /// <summary>The blocks that may hold a name.</summary>
    private static IEnumerable<(uint Number, LinearBlock Block)> Candidates(IDirectoryBlocks blocks, FileName name)
    {
        CheckNotEmpty(blocks);
        return UsesIndex(blocks) ? LeavesFor(blocks, name) : LinearBlocks(blocks);
    }

    // With EXT4_INDEX_FL but without the file system's dir_index feature the index may be stale: writers that see no feature ignore it.
    private static bool UsesIndex(IDirectoryBlocks blocks) => blocks.IsIndexed && blocks.Rules.MayIndex;

    /// <summary>The leaves of an htree that may hold a name: one, or more where a hash goes on in the next leaf.</summary>
    private static IEnumerable<(uint Number, LinearBlock Block)> LeavesFor(IDirectoryBlocks blocks, FileName name)
    {
        IndexPath path = IndexPath.To(blocks, name.Bytes);
        for (uint visited = 1; ; visited++)
        {
            yield return (path.Leaf, path.ReadLeaf());
            if (!path.MoveToContinuation())
            {
                yield break;
            }

            if (visited >= blocks.Count)
            {
                throw CorruptImageException.Loop($"directory inode {blocks.Rules.Self}", $"the chain of hash 0x{path.Hash:x8}", visited);
            }
        }
    }

    /// <summary>Every block that holds records, in stored order: all blocks of a linear directory, those that are no index blocks otherwise.</summary>
    private static IEnumerable<(uint Number, LinearBlock Block)> LinearBlocks(IDirectoryBlocks blocks)
    {
        CheckNotEmpty(blocks);
        bool isIndexed = blocks.IsIndexed;
        for (uint number = 0; number < blocks.Count; number++)
        {
            byte[] bytes = blocks.Read(number);
            if (!isIndexed || !IsIndexBlock(bytes, blocks.Rules, number))
            {
                yield return (number, LinearBlock.Parse(bytes, blocks.Rules, number));
            }
        }
    }

    private static bool IsIndexBlock(byte[] bytes, DirectoryRules rules, uint number)
    {
        if (number == 0)
        {
            IndexNode.ParseRoot(bytes, rules);
            return true;
        }

        if (!IndexNode.LooksLikeNode(bytes, rules))
        {
            return false;
        }

        // Without checksums this may also be a leaf whose names are all gone: nothing to verify, and nothing to list either way.
        if (rules.HasChecksums)
        {
            IndexNode.ParseNode(bytes, rules, number);
        }

        return true;
    }

    private static void CheckNotEmpty(IDirectoryBlocks blocks)
    {
        if (blocks.Count == 0)
        {
            throw CorruptImageException.OutOfRange($"directory inode {blocks.Rules.Self}", "i_size", 0, "at least one block");
        }
    }
}
