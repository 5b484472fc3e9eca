namespace ImagePrep.Storage.FileSystems.Ext.Checksums;

/// <summary>
/// CRC-16 with the reflected polynomial 0xA001 (CRC-16/ARC), running value given by the caller: what RO_COMPAT_GDT_CSUM ("uninit_bg") puts
/// into group descriptors, starting from 0xFFFF.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/group_descr.html"/>
internal static class Crc16
{
    private const ushort Polynomial = 0xA001;

    private static readonly ushort[] Table = MakeTable();

    public static ushort Compute(ushort seed, ReadOnlySpan<byte> data)
    {
        uint crc = seed;
        foreach (byte value in data)
        {
            crc = (crc >> 8) ^ Table[(crc ^ value) & 0xFF];
        }

        return (ushort)crc;
    }

    private static ushort[] MakeTable()
    {
        ushort[] table = new ushort[256];
        for (int index = 0; index < table.Length; index++)
        {
            uint crc = (uint)index;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }

            table[index] = (ushort)crc;
        }

        return table;
    }
}
