namespace ImagePrep.Initramfs;

/// <summary>How a segment of an initramfs is stored.</summary>
public enum SegmentFormat
{
    /// <summary>Nothing the kernel would take.</summary>
    Unknown,

    /// <summary>Members of a cpio archive as they are.</summary>
    Stored,
    Gzip,
    Zstd,
    Xz,
    Lzma,
    Bzip2,
    Lzo,
    Lz4,
}

/// <summary>
/// Tells formats apart by the two bytes the kernel looks at (linux, lib/decompress.c, compressed_formats). A stored archive begins with the '0' of its
/// magic number and lies at a multiple of four (init/initramfs.c, unpack_to_rootfs).
/// </summary>
internal static class SegmentFormats
{
    public const int MarkSize = 2;

    public static SegmentFormat Recognise(ReadOnlySpan<byte> mark, long offset) => mark switch
    {
        [(byte)'0', ..] => offset % CpioHeader.Alignment == 0 ? SegmentFormat.Stored : SegmentFormat.Unknown,
        [0x1F, 0x8B, ..] => SegmentFormat.Gzip,
        [0x28, 0xB5, ..] => SegmentFormat.Zstd,
        [0xFD, (byte)'7', ..] => SegmentFormat.Xz,
        [0x5D, 0x00, ..] => SegmentFormat.Lzma,
        [(byte)'B', (byte)'Z', ..] => SegmentFormat.Bzip2,
        [0x89, (byte)'L', ..] => SegmentFormat.Lzo,
        [0x02, 0x21, ..] => SegmentFormat.Lz4,
        _ => SegmentFormat.Unknown,
    };
}
