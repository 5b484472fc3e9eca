using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>The multiple mount protection block: a machine that has the file system mounted keeps counting in it.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/mmp.html"/>
internal static class MmpBlock
{
    private const string Structure = "ext mmp block";
    private const uint Magic = 0x004D_4D50;
    private const uint SequenceClean = 0xFF4D_4D50;

    /// <exception cref="UnsupportedImageException">Something has the file system mounted, or is checking it.</exception>
    public static void CheckClean(Volume volume)
    {
        if (!volume.Superblock.Incompat.HasFlag(IncompatFeatures.Mmp))
        {
            return;
        }

        volume.CheckBlocks(volume.Superblock.MmpBlock, 1, "s_mmp_block");
        byte[] raw = volume.ReadBlock(volume.Superblock.MmpBlock);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(raw);
        if (magic != Magic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"mmp_magic is 0x{magic:x8}, expected 0x{Magic:x8}.");
        }

        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(4));
        if (sequence != SequenceClean)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.InUse,
                Structure,
                $"mmp_seq is 0x{sequence:x8}: another machine has the file system mounted, or did not unmount it. Shut it down, or run e2fsck on the image.");
        }
    }
}
