using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Journal;

/// <summary>
/// Blocks that were freed and perhaps used for file data afterwards: what was logged for them up to the transaction that revoked them must not be
/// written over that data.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html#revocation-block"/>
internal sealed class RevokeTable
{
    private const string Structure = "journal revoke block";
    private const int CountOffset = JournalHeader.Size;
    private const int FirstEntry = 16;

    private readonly Dictionary<long, uint> _lastRevoked = [];

    /// <exception cref="CorruptImageException">r_count does not fit the block.</exception>
    public void Add(ReadOnlySpan<byte> block, JournalSuperblock journal)
    {
        uint sequence = JournalHeader.Parse(block).Sequence;
        int end = block.Length - (journal.HasChecksums ? sizeof(uint) : 0);
        uint used = BinaryPrimitives.ReadUInt32BigEndian(block[CountOffset..]);
        if (used > end)
        {
            throw CorruptImageException.OutOfRange(Structure, "r_count", used, $"at most {end}");
        }

        bool isWide = journal.Features.HasFlag(JournalFeatures.SixtyFourBit);
        int size = isWide ? sizeof(ulong) : sizeof(uint);
        for (int position = FirstEntry; position + size <= used; position += size)
        {
            long home = isWide
                ? unchecked((long)BinaryPrimitives.ReadUInt64BigEndian(block[position..]))
                : BinaryPrimitives.ReadUInt32BigEndian(block[position..]);

            // Transactions are read in their order, so that the last to revoke a block stays.
            _lastRevoked[home] = sequence;
        }
    }

    /// <summary>Whether what this transaction logged for a block was revoked, by itself or later.</summary>
    public bool Covers(long home, uint sequence) =>
        _lastRevoked.TryGetValue(home, out uint revoked) && unchecked((int)(sequence - revoked)) <= 0;
}
