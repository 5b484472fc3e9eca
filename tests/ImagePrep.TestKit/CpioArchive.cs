using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ImagePrep.TestKit;

/// <summary>A cpio archive in the "newc" format, member by member: for what no cpio program would write.</summary>
public sealed class CpioArchive
{
    private readonly List<byte> _bytes = [];
    private int _inode = 1;

    /// <summary>Adds a regular file; two with the same <paramref name="inode"/> and more than one link are one file.</summary>
    public CpioArchive Add(string name, string content, int? inode = null, int links = 1) =>
        AddMember(name, Encoding.Latin1.GetBytes(content), 0x81A4, inode ?? _inode++, links);

    public CpioArchive AddDirectory(string name) => AddMember(name, [], 0x41ED, _inode++, 2);

    public CpioArchive AddLink(string name, string target) => AddMember(name, Encoding.Latin1.GetBytes(target), 0xA1FF, _inode++, 1);

    /// <summary>The member that ends an archive; more may be added behind it.</summary>
    public CpioArchive End() => AddMember("TRAILER!!!", [], 0, 0, 1);

    public CpioArchive Pad(int alignment)
    {
        while (_bytes.Count % alignment != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    public byte[] ToGzip() => Gzip(ToArray());

    public byte[] ToZstd() => Zstd(ToArray());

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    /// <summary>A zstd frame (RFC 8878) whose blocks are stored as they are: needs no compressor.</summary>
    public static byte[] Zstd(byte[] content)
    {
        const int MaxBlock = 128 << 10;
        using MemoryStream frame = new();

        // Magic number; a single segment, with its size in four bytes.
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0xA0]);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, content.Length);
        frame.Write(number);
        int start = 0;
        do
        {
            int length = Math.Min(MaxBlock, content.Length - start);
            bool isLast = start + length == content.Length;
            BinaryPrimitives.WriteInt32LittleEndian(number, (length << 3) | (isLast ? 1 : 0));
            frame.Write(number[..3]);
            frame.Write(content.AsSpan(start, length));
            start += length;
        }
        while (start < content.Length);
        return frame.ToArray();
    }

    /// <summary>An lz4 legacy frame whose blocks are stored as they are, 4 KiB each.</summary>
    public static byte[] Lz4(byte[] content)
    {
        const int BlockSize = 4096;
        using MemoryStream frame = new();
        Span<byte> number = stackalloc byte[4];
        frame.Write([0x02, 0x21, 0x4C, 0x18]);
        for (int start = 0; start < content.Length; start += BlockSize)
        {
            // One sequence of literals: 15 in the token, the rest in bytes of at most 255.
            int length = Math.Min(BlockSize, content.Length - start);
            List<byte> block = [(byte)(Math.Min(length, 15) << 4)];
            for (int rest = length - 15; rest >= 0; rest -= 255)
            {
                block.Add((byte)Math.Min(rest, 255));
            }

            block.AddRange(content.AsSpan(start, length));
            BinaryPrimitives.WriteInt32LittleEndian(number, block.Count);
            frame.Write(number);
            frame.Write([.. block]);
        }

        return frame.ToArray();
    }

    private CpioArchive AddMember(string name, byte[] content, int mode, int inode, int links)
    {
        byte[] nameBytes = Encoding.Latin1.GetBytes(name + "\0");
        int[] fields = [inode, mode, 0, 0, links, 1_700_000_000, content.Length, 8, 1, 0, 0, nameBytes.Length, 0];
        _bytes.AddRange("070701"u8);
        foreach (int field in fields)
        {
            _bytes.AddRange(Encoding.ASCII.GetBytes(field.ToString("X8", CultureInfo.InvariantCulture)));
        }

        _bytes.AddRange(nameBytes);
        Pad(4);
        _bytes.AddRange(content);
        return Pad(4);
    }
}
