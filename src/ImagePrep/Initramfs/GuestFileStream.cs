using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Initramfs;

/// <summary>A run of a guest's file as a stream that can seek.</summary>
internal sealed class GuestFileStream(GuestNode file, ByteRange range) : ReadOnlyStream
{
    private long _position;

    public override bool CanSeek => true;

    public override long Length => range.Length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Clamp(range.Length - _position, 0, buffer.Length);
        int read = wanted == 0 ? 0 : file.Mount.FileSystem.Read(file.Node, range.Start + _position, buffer[..wanted]);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => range.Length + offset,
    };
}
