using System.Buffers.Binary;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>One logged block as its descriptor block has it.</summary>
/// <param name="Home">Block of the file system that it belongs to.</param>
/// <param name="IsEscaped">Its first four bytes are the journal's magic number, and zero in the log.</param>
/// <param name="Checksum">Of the transaction's number and the block as logged; 16 bits in version 2.</param>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html#descriptor-block"/>
internal readonly record struct JournalTag(long Home, bool IsEscaped, uint Checksum)
{
    private const int UuidSize = 16;
    private const int TailSize = 4;
    private const uint Escaped = 0x1;
    private const uint SameUuid = 0x2;
    private const uint Last = 0x8;

    /// <summary>The tags of a descriptor block, in the order of the blocks behind it.</summary>
    public static IReadOnlyList<JournalTag> ParseAll(ReadOnlySpan<byte> descriptor, JournalSuperblock journal)
    {
        List<JournalTag> tags = [];
        bool isWide = journal.Features.HasFlag(JournalFeatures.ChecksumV3);
        int size = SizeOf(journal);
        int end = descriptor.Length - (journal.HasChecksums ? TailSize : 0);
        int position = JournalHeader.Size;
        while (position + size <= end)
        {
            ReadOnlySpan<byte> raw = descriptor[position..];
            uint flags = isWide ? U32(raw, 4) : BinaryPrimitives.ReadUInt16BigEndian(raw[6..]);
            uint high = journal.Features.HasFlag(JournalFeatures.SixtyFourBit) ? U32(raw, 8) : 0;
            uint checksum = isWide ? U32(raw, 12) : BinaryPrimitives.ReadUInt16BigEndian(raw[4..]);
            tags.Add(new JournalTag(HiLo.Join(U32(raw, 0), high), (flags & Escaped) != 0, checksum));
            position += size + ((flags & SameUuid) != 0 ? 0 : UuidSize);
            if ((flags & Last) != 0)
            {
                break;
            }
        }

        return tags;
    }

    /// <summary>Whether a block of the log is the one that was tagged.</summary>
    public bool Matches(ReadOnlySpan<byte> logged, uint sequence, JournalSuperblock journal)
    {
        if (!journal.HasChecksums)
        {
            return true;
        }

        uint computed = Crc32C.Compute(journal.ChecksumSeed, BinaryPrimitives.ReverseEndianness(sequence));
        computed = Crc32C.Compute(computed, logged);
        return Checksum == (journal.Features.HasFlag(JournalFeatures.ChecksumV3) ? computed : computed & 0xFFFF);
    }

    // Version 2 of the checksums made the tag longer by accident and left it so.
    private static int SizeOf(JournalSuperblock journal)
    {
        if (journal.Features.HasFlag(JournalFeatures.ChecksumV3))
        {
            return 16;
        }

        int size = journal.Features.HasFlag(JournalFeatures.SixtyFourBit) ? 12 : 8;
        return journal.Features.HasFlag(JournalFeatures.ChecksumV2) ? size + 2 : size;
    }

    private static uint U32(ReadOnlySpan<byte> raw, int offset) => BinaryPrimitives.ReadUInt32BigEndian(raw[offset..]);
}
