using System.Buffers.Binary;
using Xunit;

namespace ImagePrep.TestKit;

/// <summary>GRUB 2's own images for BIOS, on a disk as grub-bios-setup leaves them.</summary>
public static class GrubImages
{
    private const string BootImage = "/usr/lib/grub/i386-pc/boot.img";
    private const int SectorSize = 512;
    private const int BootCodeSize = 0x1B8;

    /// <summary>Puts boot.img's code into sector 0 and core.img to a sector of the same bytes.</summary>
    /// <param name="disk">The beginning of a disk with sectors of 512 bytes.</param>
    /// <param name="core">First sector of core.img.</param>
    /// <returns>How many sectors core.img takes.</returns>
    public static int Install(Span<byte> disk, int core)
    {
        OutsideTool.Require("grub-mkimage");
        if (!File.Exists(BootImage))
        {
            Assert.Skip($"not installed: {BootImage} (tests/tools.sh installs it)");
        }

        using ScratchFolder scratch = new();
        OutsideTool.Run("grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-o", scratch.File("core.img"), "biosdisk").EnsureSuccess("grub-mkimage");
        byte[] image = File.ReadAllBytes(scratch.File("core.img"));
        File.ReadAllBytes(BootImage).AsSpan(0, BootCodeSize).CopyTo(disk);
        image.CopyTo(disk[(core * SectorSize)..]);

        // What grub-bios-setup patches: where core.img is, where its second sector is, and the end of the list.
        BinaryPrimitives.WriteUInt64LittleEndian(disk[0x5C..], (ulong)core);
        BinaryPrimitives.WriteUInt64LittleEndian(disk[((core * SectorSize) + 0x1F4)..], (ulong)core + 1);
        disk.Slice((core * SectorSize) + 0x1E8, 12).Clear();
        return (image.Length + SectorSize - 1) / SectorSize;
    }
}
