using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>One of the archives of which an initramfs is made, and where it lies in it, without the zeros around it.</summary>
internal sealed record InitramfsSegment(SegmentFormat Format, ByteRange Place)
{
    public bool IsStored => Format == SegmentFormat.Stored;

    /// <summary>
    /// What a compressed segment expands to. When that has been read to its end, <paramref name="source"/> stands behind the segment.
    /// </summary>
    /// <param name="source">Stands at the segment's first byte, and stays open.</param>
    /// <param name="format">The segment's.</param>
    /// <exception cref="UnsupportedImageException">A format that is not read here.</exception>
    public static Stream Expand(Stream source, SegmentFormat format) => format switch
    {
        SegmentFormat.Gzip => new GzipMemberStream(source),
        SegmentFormat.Lz4 => new Lz4LegacyStream(source),
        SegmentFormat.Zstd => new ZstdSegmentStream(source),
        SegmentFormat.Unknown => throw new UnsupportedImageException(
            UnsupportedKind.Format, "initramfs", $"what lies at byte {source.Position} is in no format that Linux takes."),
        _ => throw new UnsupportedImageException(
            UnsupportedKind.Format,
            "initramfs",
            $"what lies at byte {source.Position} is compressed with {format.ToString().ToLowerInvariant()}; gzip, lz4 and zstd are read. Make it anew with one of these."),
    };
}
