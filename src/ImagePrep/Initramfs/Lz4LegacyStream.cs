using System.Buffers;
using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// The content of what <c>lz4 -l</c> writes, as the kernel reads it (lib/decompress_unlz4.c; lz4, doc/lz4_Frame_format.md, "Legacy frame"): a magic number,
/// then blocks of at most 8 MiB, each after its compressed length (u32, little-endian). It ends where the source does or where zeros begin, and the source
/// then stands there.
/// </summary>
internal sealed class Lz4LegacyStream : ReadOnlyStream
{
    private const string Structure = "lz4 legacy frame";
    private const uint Magic = 0x184C_2102;
    private const int MaxBlock = 8 << 20;
    private const int MaxCompressedBlock = MaxBlock + (MaxBlock / 255) + 16;

    private readonly Stream _source;

    /// <summary>From the pool: an initramfs may have many such segments.</summary>
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(MaxBlock);
    private readonly byte[] _compressed = ArrayPool<byte>.Shared.Rent(MaxCompressedBlock);
    private int _taken;
    private int _filled;
    private bool _ended;
    private bool _disposed;

    /// <param name="source">Stands at the magic number. It can seek, and stays open.</param>
    /// <exception cref="CorruptImageException">No magic number.</exception>
    public Lz4LegacyStream(Stream source)
    {
        _source = source;
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        if (source.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || BinaryPrimitives.ReadUInt32LittleEndian(magic) != Magic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"it does not begin with 0x{Magic:x8}.");
        }
    }

    /// <exception cref="CorruptImageException">Damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_taken == _filled && !_ended)
        {
            ReadBlock();
        }

        int count = Math.Min(buffer.Length, _filled - _taken);
        _block.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            ArrayPool<byte>.Shared.Return(_block);
            ArrayPool<byte>.Shared.Return(_compressed);
        }

        base.Dispose(disposing);
    }

    private void ReadBlock()
    {
        Span<byte> field = stackalloc byte[sizeof(uint)];
        int read = _source.ReadAtLeast(field, field.Length, throwOnEndOfStream: false);
        uint length = read == field.Length ? BinaryPrimitives.ReadUInt32LittleEndian(field) : 0;
        if (length == 0 && !field[..read].ContainsAnyExcept((byte)0))
        {
            _source.Seek(-read, SeekOrigin.Current);
            _ended = true;
            return;
        }

        // Between blocks it begins another frame.
        if (length == Magic)
        {
            return;
        }

        if (length is 0 or > MaxCompressedBlock)
        {
            throw CorruptImageException.OutOfRange(Structure, "length of a block", length, $"1 to {MaxCompressedBlock}");
        }

        Span<byte> compressed = _compressed.AsSpan(0, (int)length);
        int there = _source.ReadAtLeast(compressed, compressed.Length, throwOnEndOfStream: false);
        if (there < compressed.Length)
        {
            throw CorruptImageException.Truncated(Structure, length, there);
        }

        (_taken, _filled) = (0, Lz4Block.Expand(compressed, _block.AsSpan(0, MaxBlock)));
    }
}
