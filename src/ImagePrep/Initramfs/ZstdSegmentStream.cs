using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// The content of one zstd frame (RFC 8878), within <see cref="InitramfsLimits.MaxZstdWindowLog"/>. At its end the source stands right behind the frame,
/// whatever follows.
/// </summary>
internal sealed class ZstdSegmentStream : ReadOnlyStream
{
    private const string Structure = "zstd frame";

    private readonly ZstdFrameStream _frame;

    /// <param name="source">Stands at the first byte of the frame. It can seek, and stays open.</param>
    /// <exception cref="UnsupportedImageException">The library is not installed.</exception>
    public ZstdSegmentStream(Stream source)
    {
        if (!ZstdFrameStream.IsAvailable)
        {
            throw new UnsupportedImageException(UnsupportedKind.Feature, Structure, "libzstd.so.1 is needed to read it, and not installed on this machine.");
        }

        _frame = new ZstdFrameStream(source, InitramfsLimits.MaxZstdWindowLog);
    }

    /// <exception cref="CorruptImageException">The frame is damaged or cut off, or its window too large.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _frame.Read(buffer);
        }
        catch (InvalidDataException exception)
        {
            throw new CorruptImageException(CorruptKind.Inconsistent, Structure, $"it cannot be expanded ({exception.Message}).");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _frame.Dispose();
        }

        base.Dispose(disposing);
    }
}
