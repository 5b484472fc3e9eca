using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// A small file written front to back, with holes where nothing is written, and hashed on the way. Table entries that share a page go out in one
/// write.
/// </summary>
internal sealed class SequentialOutput : IDisposable
{
    private const int PageSize = 4096;

    private static readonly byte[] Zeros = new byte[PageSize];

    private readonly SafeFileHandle _file;
    private readonly IncrementalHash? _hash;
    private readonly byte[] _page = new byte[PageSize];
    private long _pageStart = -1;
    private int _firstUsed;
    private int _usedEnd;
    private long _hashed;

    public SequentialOutput(SafeFileHandle file, bool computeDigest)
    {
        _file = file;
        _hash = computeDigest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>Writes bytes behind everything that was written before.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        FlushPage();
        Emit(offset, bytes);
    }

    /// <summary>Writes one big-endian table entry behind everything that was written before.</summary>
    public void WriteEntry(long offset, ulong entry)
    {
        long pageStart = offset - (offset % PageSize);
        if (pageStart != _pageStart)
        {
            FlushPage();
            _pageStart = pageStart;
            _firstUsed = (int)(offset - pageStart);
        }

        BinaryPrimitives.WriteUInt64BigEndian(_page.AsSpan((int)(offset - pageStart)), entry);
        _usedEnd = (int)(offset - pageStart) + sizeof(ulong);
    }

    /// <summary>Gives the file its length and returns its SHA-256 in lower-case hexadecimal, when asked for.</summary>
    public string? Finish(long length)
    {
        FlushPage();
        RandomAccess.SetLength(_file, length);
        HashZeros(length - _hashed);
        return _hash is null ? null : Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash?.Dispose();

    private void FlushPage()
    {
        if (_pageStart >= 0)
        {
            Emit(_pageStart + _firstUsed, _page.AsSpan(_firstUsed, _usedEnd - _firstUsed));
            _page.AsSpan().Clear();
            _pageStart = -1;
        }
    }

    private void Emit(long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, offset);
        HashZeros(offset - _hashed);
        _hash?.AppendData(bytes);
        _hashed = offset + bytes.Length;
    }

    private void HashZeros(long count)
    {
        while (_hash is not null && count > 0)
        {
            int step = (int)Math.Min(count, Zeros.Length);
            _hash.AppendData(Zeros.AsSpan(0, step));
            count -= step;
        }
    }
}
