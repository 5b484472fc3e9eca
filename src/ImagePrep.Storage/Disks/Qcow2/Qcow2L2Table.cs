using System.Buffers;
using System.Buffers.Binary;
using ImagePrep.Storage.Disks.Raw;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>One L2 table: a cluster of entries, of one word each, or of two where clusters have subclusters. All of them have been checked.</summary>
internal sealed class Qcow2L2Table
{
    private readonly ulong[] _words;
    private readonly bool _extended;

    private Qcow2L2Table(ulong[] words, bool extended)
    {
        _words = words;
        _extended = extended;
    }

    public int Count => _extended ? _words.Length / 2 : _words.Length;

    public Qcow2ClusterEntry this[int index] => _extended
        ? Qcow2ClusterEntry.FromExtended(_words[2 * index], _words[(2 * index) + 1])
        : Qcow2ClusterEntry.FromStandard(_words[index]);

    /// <summary>Reads the table at a host offset that is known to lie in the file.</summary>
    public static Qcow2L2Table Read(HostFile file, long offset, Qcow2Header header)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(header.ClusterSize);
        try
        {
            Span<byte> source = bytes.AsSpan(0, header.ClusterSize);
            file.ReadAt(offset, source);
            ulong[] words = new ulong[header.ClusterSize / sizeof(ulong)];
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = BinaryPrimitives.ReadUInt64BigEndian(source[(i * sizeof(ulong))..]);
            }

            Qcow2L2Table table = new(words, header.HasExtendedL2);
            for (int i = 0; i < table.Count; i++)
            {
                table[i].Check(header, file.Length);
            }

            return table;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
