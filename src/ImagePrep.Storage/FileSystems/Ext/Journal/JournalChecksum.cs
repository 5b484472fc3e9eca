using System.Buffers.Binary;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>Checksums of the log's own blocks: CRC-32C over the whole block with the checksum's field as zero.</summary>
internal static class JournalChecksum
{
    private const int CommitField = 0x10;

    /// <summary>Descriptor and revoke blocks carry it in their last four bytes.</summary>
    public static bool TailMatches(ReadOnlySpan<byte> block, JournalSuperblock journal) =>
        !journal.HasChecksums || Matches(block, block.Length - sizeof(uint), journal.ChecksumSeed);

    public static bool CommitMatches(ReadOnlySpan<byte> block, JournalSuperblock journal) =>
        !journal.HasChecksums || Matches(block, CommitField, journal.ChecksumSeed);

    /// <summary>
    /// The older kind: CRC-32, most significant bit first, of the descriptor blocks and logged blocks of a transaction. A writer that does not know
    /// it leaves type, size and value 0.
    /// </summary>
    public static bool TransactionMatches(ReadOnlySpan<byte> commit, uint computed)
    {
        const byte crc32 = 1;
        (byte type, byte size) = (commit[0x0C], commit[0x0D]);
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(commit[CommitField..]);
        return (type == crc32 && size == sizeof(uint) && stored == computed) || (type == 0 && size == 0 && stored == 0);
    }

    /// <summary>CRC-32 with polynomial 0x04C11DB7, most significant bit first, no final inversion.</summary>
    public static uint Crc32BigEndian(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            crc = (crc << 8) ^ Table[(crc >> 24) ^ value];
        }

        return crc;
    }

    private static uint[] Table { get; } = MakeTable();

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < table.Length; index++)
        {
            uint crc = index << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x8000_0000) != 0 ? 0x04C1_1DB7u : 0u);
            }

            table[index] = crc;
        }

        return table;
    }

    private static bool Matches(ReadOnlySpan<byte> block, int field, uint seed)
    {
        uint computed = Crc32C.Compute(seed, block[..field]);
        computed = Crc32C.Compute(computed, 0u);
        computed = Crc32C.Compute(computed, block[(field + sizeof(uint))..]);
        return computed == BinaryPrimitives.ReadUInt32BigEndian(block[field..]);
    }
}
