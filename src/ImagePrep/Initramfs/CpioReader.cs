using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// Goes through the members of a segment's content, in order, in bounded memory; what a member holds is passed over. As for the kernel
/// (init/initramfs.c), the end of an archive is no end: another may follow, and zeros may stand between members.
/// </summary>
internal sealed class CpioReader
{
    private const string Structure = "cpio archive";
    private const int BufferSize = 128 << 10;

    private readonly Stream _content;
    private readonly int _segment;
    private readonly bool _isAlone;
    private readonly byte[] _buffer;

    /// <summary>What of the buffer is read and not yet passed over; its first byte is <see cref="_position"/> of the content.</summary>
    private int _start;
    private int _end;
    private long _position;
    private int _nameStart;
    private int _nameLength;

    /// <param name="content">Stands at the first member.</param>
    /// <param name="segment">Number of the segment, for <see cref="Member"/>.</param>
    /// <param name="isAlone">Whether the stream holds nothing else. If it does, the members end where something else begins.</param>
    /// <param name="buffer">Made by <see cref="NewBuffer"/>; one serves reader after reader.</param>
    public CpioReader(Stream content, int segment, bool isAlone, byte[] buffer)
    {
        _content = content;
        _segment = segment;
        _isAlone = isAlone;
        _buffer = buffer;
    }

    public CpioHeader Header { get; private set; }

    public CpioMember Member { get; private set; }

    /// <summary>Without the zero at its end; valid until the next call.</summary>
    public ReadOnlySpan<byte> Name => _buffer.AsSpan(_nameStart, _nameLength);

    public bool IsTrailer => Name.SequenceEqual(CpioHeader.Trailer);

    /// <summary>Where the members seen so far end, from the first byte of the content.</summary>
    public long End => Member.Whole.End;

    public static byte[] NewBuffer() => GC.AllocateUninitializedArray<byte>(BufferSize);

    /// <summary>Moves to the next member; false when there is none.</summary>
    /// <exception cref="CorruptImageException">What follows is no member, or is cut off.</exception>
    public bool MoveNext()
    {
        SkipTo(End);
        SkipZeros();
        if (!Hold(1))
        {
            return false;
        }

        if (_buffer[_start] != (byte)'0' || _position % CpioHeader.Alignment != 0)
        {
            return _isAlone
                ? throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"no member begins at byte {_position}, where the last one ended.")
                : false;
        }

        Need(CpioHeader.Length);
        Header = CpioHeader.Parse(_buffer.AsSpan(_start, CpioHeader.Length));
        Need(CpioHeader.Length + (int)Header.NameSize);
        _nameStart = _start + CpioHeader.Length;
        ReadOnlySpan<byte> name = _buffer.AsSpan(_nameStart, (int)Header.NameSize);
        _nameLength = name.IndexOf((byte)0);
        if (_nameLength < 0)
        {
            throw new CorruptImageException(CorruptKind.Inconsistent, Structure, $"the name of the member at byte {_position} has no end.");
        }

        long content = Align(_position + CpioHeader.Length + Header.NameSize);
        Member = new CpioMember(
            _segment, ByteRange.FromBounds(_position, Align(content + Header.Size)), new ByteRange(content, Header.Size));
        return true;
    }

    private static long Align(long position) => (position + CpioHeader.Alignment - 1) & -CpioHeader.Alignment;

    /// <summary>Passes over what the last member holds. Only the padding at its end may be missing.</summary>
    private void SkipTo(long target)
    {
        Drop((int)Math.Min(_end - _start, target - _position));
        if (_position < target && _content.CanSeek)
        {
            long step = Math.Min(target - _position, _content.Length - _content.Position);
            _content.Seek(step, SeekOrigin.Current);
            _position += step;
        }

        while (_position < target && Hold(1))
        {
            Drop((int)Math.Min(_end - _start, target - _position));
        }

        if (_position < Member.Content.End)
        {
            throw CorruptImageException.Truncated(Structure, target, _position);
        }
    }

    private void SkipZeros()
    {
        while (Hold(1))
        {
            int zeros = _buffer.AsSpan(_start.._end).IndexOfAnyExcept((byte)0);
            Drop(zeros < 0 ? _end - _start : zeros);
            if (zeros >= 0)
            {
                return;
            }
        }
    }

    private void Need(int count)
    {
        if (!Hold(count))
        {
            throw CorruptImageException.Truncated(Structure, _position + count, _position + _end - _start);
        }
    }

    private void Drop(int count)
    {
        _start += count;
        _position += count;
    }

    /// <summary>Makes sure that so many bytes are in the buffer; false when the content ends before.</summary>
    private bool Hold(int count)
    {
        if (_end - _start < count && _buffer.Length - _start < count)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }

        while (_end - _start < count)
        {
            int read = _content.Read(_buffer.AsSpan(_end));
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
