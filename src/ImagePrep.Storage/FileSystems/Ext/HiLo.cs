namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>Numbers that ext4 stores in two halves because the upper one was added later. All joins and splits go through here.</summary>
internal static class HiLo
{
    public static long Join(uint low, uint high) => unchecked((long)(((ulong)high << 32) | low));

    public static long Join(uint low, ushort high) => ((long)high << 32) | low;

    public static uint Join(ushort low, ushort high) => ((uint)high << 16) | low;

    public static uint Low32(long value) => (uint)(value & 0xFFFF_FFFF);

    public static uint High32(long value) => (uint)((value >> 32) & 0xFFFF_FFFF);

    public static ushort High16(long value) => (ushort)((value >> 32) & 0xFFFF);

    public static ushort Low16(uint value) => (ushort)(value & 0xFFFF);

    public static ushort High16(uint value) => (ushort)(value >> 16);
}
