using System.Buffers.Binary;
using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Changes fields of stored blocks, with checksums made right again, so that a test meets the check behind the checksum.</summary>
internal static class DirectoryPatch
{
    public const int RootTable = 0x20;
    public const int NodeTable = 8;

    public static void PatchLeaf(this MemoryDirectory directory, uint block, int offset, params byte[] bytes)
    {
        byte[] content = directory.Read(block);
        bytes.CopyTo(content, offset);
        DirectoryTail.WriteTo(content, directory.Rules);
        directory.Write(block, content);
    }

    public static void PatchIndex(this MemoryDirectory directory, uint block, int offset, params byte[] bytes)
    {
        byte[] content = directory.Read(block);
        bytes.CopyTo(content, offset);
        SealIndex(directory.Rules, content, block == 0 ? RootTable : NodeTable);
        directory.Write(block, content);
    }

    /// <summary>Leaf or index, by what the block looks like. Blocks too broken to have a checksum stay as they are.</summary>
    public static void Reseal(this MemoryDirectory directory, uint block)
    {
        if (!directory.Rules.HasChecksums)
        {
            return;
        }

        byte[] content = directory.Read(block);
        if (directory.IsIndexed && (block == 0 || IndexNode.LooksLikeNode(content, directory.Rules)))
        {
            SealIndex(directory.Rules, content, block == 0 ? RootTable : NodeTable);
        }
        else
        {
            DirectoryTail.WriteTo(content, directory.Rules);
        }

        directory.Write(block, content);
    }

    private static void SealIndex(DirectoryRules rules, byte[] content, int table)
    {
        int limit = BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(table));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(table + 2));
        int tail = table + (limit * 8);
        if (rules.HasChecksums && count <= limit && tail + IndexTail.Size <= content.Length)
        {
            IndexTail.WriteTo(content, rules, table + (count * 8), tail);
        }
    }
}
