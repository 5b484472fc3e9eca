using System.Buffers.Binary;
using System.Numerics;

namespace ImagePrep.Storage.FileSystems.Ext.Checksums;

/// <summary>
/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) the way ext4 uses it: the caller gives the running value, and there is no final
/// inversion. The usual CRC-32C of other formats is <c>~Compute(~0, data)</c>; this is not CRC-32 (zip, gzip, GPT).
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/overview.html#checksums"/>
internal static class Crc32C
{
    public static uint Compute(uint seed, ReadOnlySpan<byte> data)
    {
        uint crc = seed;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    /// <summary>Mixes in a number as its four little-endian bytes.</summary>
    public static uint Compute(uint seed, uint value) => BitOperations.Crc32C(seed, value);

    /// <summary>Mixes in a number as its eight little-endian bytes.</summary>
    public static uint Compute(uint seed, ulong value) => BitOperations.Crc32C(seed, value);
}
