using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>NTFS volumes that hold data: the number of hidden sectors at byte 0x1C, and its copy in the volume's last sector.</summary>
internal static class NtfsStart
{
    public static bool IsNtfs(ReadOnlySpan<byte> boot) => boot.Slice(Offsets.OemName, 8).SequenceEqual("NTFS    "u8);

    public static IEnumerable<BytePatch> PatchesFor(IBlockReader volume, byte[] boot, HiddenSectors hidden)
    {
        if (hidden.Patch(boot, copyOffset: 0, "sectors before the file system, in the NTFS boot sector") is { } patch)
        {
            yield return patch;
        }

        // The copy stands behind what the volume counts as its own sectors, usually in the last of the partition.
        int bytesPerSector = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(Offsets.BytesPerSector));
        ulong sectors = BinaryPrimitives.ReadUInt64LittleEndian(boot.AsSpan(Offsets.TotalSectors));
        if (bytesPerSector < VolumeStartPatches.BootSectorBytes || sectors >= (ulong)(volume.Length / bytesPerSector))
        {
            yield break;
        }

        long copy = (long)sectors * bytesPerSector;
        byte[] backup = volume.ReadBytes(copy, VolumeStartPatches.BootSectorBytes);
        if (IsNtfs(backup) && hidden.Patch(backup, copy, "sectors before the file system, in the backup of the NTFS boot sector") is { } second)
        {
            yield return second;
        }
    }

    private static class Offsets
    {
        public const int OemName = 0x03;
        public const int BytesPerSector = 0x0B;
        public const int TotalSectors = 0x28;
    }
}
