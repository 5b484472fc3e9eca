using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.FileSystems.Ext.Content;

/// <summary>
/// A directory inside its inode: the number of the parent directory, then records up to the end of i_block, then records in "system.data".
/// There are no records "." and "..", and no checksums but the inode's.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/inlinedata.html#inline-directories"/>
internal static class InlineDirectory
{
    /// <summary>
    /// The block that the directory would have outside its inode. All directory code works on this form, so there is one set of rules, and
    /// moving the directory out is writing the block.
    /// </summary>
    /// <exception cref="CorruptImageException">The records or the parent's number are damaged.</exception>
    public static byte[] ToBlock(Volume volume, Inode inode, DirectoryRules rules)
    {
        byte[] content = InlineContent.Load(inode);
        uint parent = BinaryPrimitives.ReadUInt32LittleEndian(content);
        if (parent == 0 || parent > volume.Superblock.InodeCount)
        {
            throw CorruptImageException.OutOfRange(
                $"directory inode {inode.Number}", "inode of the parent directory", parent, $"1 to {volume.Superblock.InodeCount}");
        }

        LinearBlock block = LinearBlock.Parse(DirectoryFile.FirstBlock(rules, parent), rules, 0);
        AddRecords(content[sizeof(uint)..Inode.BlockAreaSize], part: 0, rules, block);
        AddRecords(content[Inode.BlockAreaSize..], part: 1, rules, block);
        return block.Seal();
    }

    // The two parts are like blocks of their own: no record goes from one to the other.
    private static void AddRecords(byte[] content, uint part, DirectoryRules rules, LinearBlock block)
    {
        DirectoryRules partRules = rules with { BlockSize = content.Length, HasChecksums = false };
        foreach (DirectoryRecord record in LinearBlock.Parse(content, partRules, part).Records)
        {
            // An inode is never larger than a block, and its fixed fields take more than the records "." and "..", and the tail.
            if (!block.TryAdd(record))
            {
                throw CorruptImageException.Truncated($"directory inode {rules.Self}", rules.BlockSize + 1L, rules.BlockSize);
            }
        }
    }
}
