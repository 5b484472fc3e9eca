using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace ImagePrep.TestKit;

/// <summary>
/// A small ext4 file system without checksums whose journal holds one whole transaction, and behind it the fast commits that a test writes: tag by tag,
/// as no kernel would. It holds "a" (inode 12, three blocks), "b" (13, two), "d" (14) with "e" (15) in it, and the link "s" (16).
/// </summary>
public sealed class FastCommitImage
{
    /// <summary>The number of the transaction that the fast commits belong to.</summary>
    public const uint Transaction = 2;

    public const int BlockSize = 1024;

    private const int HeaderSize = 4;
    private const ushort Padding = 7;
    private const ushort Tail = 8;
    private const ushort Head = 9;
    private const int FirstAreaBlock = 1025;
    private const int FeatureIncompat = 0x28;
    private const byte FastCommitFeature = 0x20;

    private readonly List<byte> _area = [];
    private int _commitStart;

    private FastCommitImage(byte[] bytes, int areaOffset)
    {
        Bytes = bytes;
        AreaOffset = areaOffset;
    }

    /// <summary>The file system; what was added is in its place after <see cref="Place"/>.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where the fast commits begin; the area lies in one piece.</summary>
    public int AreaOffset { get; }

    public int AreaLength => _area.Count;

    public static FastCommitImage Make(ScratchFolder scratch)
    {
        OutsideTool.Require("mke2fs", "debugfs");
        string path = scratch.File("fast.img");
        OutsideTool.Run(
            "mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-N", "96", "-J", "size=1", "-O", "^metadata_csum,^64bit,fast_commit",
            "-U", "6f1e6a10-3b3b-4c1e-9b59-0d6f3a5a7c11", path, "4M").EnsureSuccess("mke2fs");
        string content = scratch.File("content");
        File.WriteAllBytes(content, [.. Enumerable.Repeat((byte)'a', 3000)]);
        string half = scratch.File("half");
        File.WriteAllBytes(half, [.. Enumerable.Repeat((byte)'b', 2000)]);
        string script = scratch.File("script");
        File.WriteAllLines(
            script, [$"write {content} a", $"write {half} b", "mkdir d", "mkdir d/e", "symlink s target", "jo", $"jw -b 3900 {content}", "jc"]);
        OutsideTool.Run("debugfs", "-w", "-f", script, path).EnsureSuccess("debugfs");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[(Locate(path, 0) * BlockSize) + FeatureIncompat + 3] |= FastCommitFeature;
        return new FastCommitImage(bytes, Locate(path, FirstAreaBlock) * BlockSize);
    }

    /// <summary>The same file system, to which other fast commits can be added.</summary>
    public FastCommitImage Copy() => new([.. Bytes], AreaOffset);

    /// <summary>The first tag of the area.</summary>
    public FastCommitImage AddHead(uint transaction = Transaction, uint features = 0) => Add(Head, [.. Bits(features), .. Bits(transaction)]);

    /// <summary>A range of a file: length as in an extent, that is, more than 32768 for unwritten blocks.</summary>
    public FastCommitImage AddRange(uint inode, uint logical, ushort length, uint physical) =>
        Add(1, [.. Bits(inode), .. Bits(logical), (byte)length, (byte)(length >> 8), 0, 0, .. Bits(physical)]);

    public FastCommitImage DeleteRange(uint inode, uint logical, uint length) => Add(2, [.. Bits(inode), .. Bits(logical), .. Bits(length)]);

    /// <summary>A name: 3 for a new inode, 4 for one more, 5 for one that is gone.</summary>
    public FastCommitImage AddName(ushort tag, uint parent, uint inode, string name) =>
        Add(tag, [.. Bits(parent), .. Bits(inode), .. System.Text.Encoding.Latin1.GetBytes(name)]);

    public FastCommitImage AddInode(uint inode, ReadOnlySpan<byte> raw) => Add(6, [.. Bits(inode), .. raw]);

    public FastCommitImage Add(ushort tag, byte[] value)
    {
        int room = BlockSize - (_area.Count % BlockSize);
        if (HeaderSize + value.Length > room)
        {
            int padding = Math.Max(0, room - HeaderSize);
            _area.AddRange(room < HeaderSize ? new byte[room] : [(byte)Padding, 0, (byte)padding, (byte)(padding >> 8), .. new byte[padding]]);
        }

        _area.AddRange([(byte)tag, (byte)(tag >> 8), (byte)value.Length, (byte)(value.Length >> 8), .. value]);
        return this;
    }

    /// <summary>The tail, which fills its block.</summary>
    public FastCommitImage Commit(uint transaction = Transaction)
    {
        int room = BlockSize - (_area.Count % BlockSize);
        Add(Tail, [.. Bits(transaction), .. new byte[Math.Max(8, room - HeaderSize) - 4]]);
        byte[] area = [.. _area];
        Seal(area.AsSpan(_commitStart));
        _area.Clear();
        _area.AddRange(area);
        _commitStart = _area.Count;
        return this;
    }

    /// <summary>Puts what was added into the file system.</summary>
    public byte[] Place()
    {
        _area.CopyTo(Bytes, AreaOffset);
        return Bytes;
    }

    /// <summary>Renews the checksums of all tails that can be found.</summary>
    public static void Seal(Span<byte> area)
    {
        uint crc = 0;
        for (int at = 0; at + HeaderSize <= area.Length;)
        {
            if (BlockSize - (at % BlockSize) < HeaderSize)
            {
                at += BlockSize - (at % BlockSize);
                continue;
            }

            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(area[at..]);
            int end = at + HeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(area[(at + 2)..]);
            if (tag is 0 or > Head || end > area.Length)
            {
                return;
            }

            if (tag == Tail && end - at >= HeaderSize + 8)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(area[(at + 8)..], Crc(crc, area[at..(at + 8)]));
                crc = 0;
            }
            else
            {
                crc = Crc(crc, area[at..end]);
            }

            at = end;
        }
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    private static byte[] Bits(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static int Locate(string path, int block) =>
        int.Parse(OutsideTool.Run("debugfs", "-R", $"bmap <8> {block}", path).EnsureSuccess("debugfs").Output, CultureInfo.InvariantCulture);
}
