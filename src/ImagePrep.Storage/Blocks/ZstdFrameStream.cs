using System.Runtime.InteropServices;
using ImagePrep.Storage.Blocks.Native;

namespace ImagePrep.Storage.Blocks;

/// <summary>
/// The content of one zstd frame (RFC 8878), read forwards with bounded memory. At its end the source stands right behind the frame, whatever follows.
/// </summary>
public sealed class ZstdFrameStream : ReadOnlyStream
{
    /// <summary>What zstd itself recommends (ZSTD_DStreamInSize) is 128 KiB and a little; output comes in blocks of at most 128 KiB.</summary>
    private const int BufferSize = 128 << 10;

    private readonly Stream _source;
    private readonly LibZstd.ZstdContext _context;
    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly byte[] _output = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private LibZstd.ZstdWindow _inputWindow;
    private int _taken;
    private int _filled;
    private bool _ended;

    /// <param name="source">Stands at the first byte of the frame. It can seek, and stays open.</param>
    /// <param name="maxWindowLog">A frame that needs a window of more than two to the power of this is refused: so much memory is used.</param>
    /// <exception cref="DllNotFoundException">Not <see cref="IsAvailable"/>.</exception>
    public ZstdFrameStream(Stream source, int maxWindowLog)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _context = LibZstd.CreateContext();
        LibZstd.LimitWindow(_context, maxWindowLog);
        _inputWindow.Start = Marshal.UnsafeAddrOfPinnedArrayElement(_input, 0);
    }

    /// <summary>Whether the system's zstd library, which does the work, is installed.</summary>
    public static bool IsAvailable => LibZstd.IsAvailable;

    /// <exception cref="InvalidDataException">The frame is damaged or cut off, or its window too large.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_taken == _filled && !_ended)
        {
            Expand();
        }

        int count = Math.Min(buffer.Length, _filled - _taken);
        _output.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _context.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Expand()
    {
        bool atEnd = false;
        if (_inputWindow.Position == _inputWindow.Size)
        {
            _inputWindow.Size = (nuint)_source.Read(_input);
            _inputWindow.Position = 0;
            atEnd = _inputWindow.Size == 0;
        }

        LibZstd.ZstdWindow output = new() { Start = Marshal.UnsafeAddrOfPinnedArrayElement(_output, 0), Size = (nuint)_output.Length };
        _ended = LibZstd.DecompressNext(_context, ref output, ref _inputWindow);
        (_taken, _filled) = (0, (int)output.Position);
        if (_ended)
        {
            _source.Seek(-(long)(_inputWindow.Size - _inputWindow.Position), SeekOrigin.Current);
        }
        else if (atEnd && _filled == 0)
        {
            throw new InvalidDataException("the source ends before the frame");
        }
    }
}
