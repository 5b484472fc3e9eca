using System.Buffers.Binary;
using ImagePrep.Storage.FileSystems.Ext.Mapping;
using ImagePrep.Storage.FileSystems.Ext.Orphans;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>The orphan file: blocks of inode numbers, all zero while nothing is deleted but open, each with a magic number and a checksum at its end.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/orphan.html"/>
internal static class OrphanFileCheck
{
    public static void Check(Volume volume, Inode inode, Problems problems)
    {
        FileMap map = InodeMap.Load(volume, inode);
        foreach (BlockRun run in map.Runs)
        {
            for (long block = run.Physical; block < run.PhysicalEnd; block++)
            {
                CheckBlock(volume, inode, block, problems);
            }
        }
    }

    private static void CheckBlock(Volume volume, Inode inode, long block, Problems problems)
    {
        byte[] raw = volume.ReadBlock(block);
        Span<byte> entries = raw.AsSpan(0, raw.Length - OrphanFile.TailSize);
        string owner = $"orphan file block {block}";
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(raw.Length - OrphanFile.TailSize));
        problems.AddUnless(magic == OrphanFile.Magic, $"{owner}: ob_magic is 0x{magic:x8}, expected 0x{OrphanFile.Magic:x8}.");
        problems.AddUnless(!entries.ContainsAnyExcept((byte)0), $"{owner}: it names orphans, but the superblock says that there are none.");
        if (volume.HasChecksums)
        {
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(raw.Length - 4));
            uint computed = OrphanFile.ComputeChecksum(volume, inode, block, entries);
            problems.AddUnless(stored == computed, $"{owner}: ob_checksum is 0x{stored:x8}, the content gives 0x{computed:x8}.");
        }
    }
}
