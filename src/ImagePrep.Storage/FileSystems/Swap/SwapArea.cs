using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Swap;

/// <summary>
/// Header of a Linux swap area (union swap_header in the kernel's include/linux/swap.h): one page, the magic in its last 10 bytes.
/// Everything behind the header is content of a stopped guest's memory and means nothing to the next boot.
/// </summary>
public sealed record SwapArea(int PageSize, string Uuid, string Label)
{
    /// <summary>No header is longer.</summary>
    public const int MaxPageSize = 65536;

    private static readonly int[] PageSizes = [4096, 8192, 16384, 32768, MaxPageSize];

    /// <summary>True when the magic is found at the end of a page of any size that Linux uses.</summary>
    public static bool TryRead(IBlockReader device, out SwapArea? area)
    {
        ArgumentNullException.ThrowIfNull(device);
        area = null;
        foreach (int pageSize in PageSizes)
        {
            if (device.Length < pageSize)
            {
                return false;
            }

            byte[] magic = device.ReadBytes(pageSize - Offsets.MagicLength, Offsets.MagicLength);
            if (magic.AsSpan().SequenceEqual("SWAPSPACE2"u8))
            {
                area = Parse(device.ReadBytes(0, pageSize));
                return true;
            }

            if (magic.AsSpan().SequenceEqual("S1SUSPEND\0"u8) || magic.AsSpan().SequenceEqual("ULSUSPEND\0"u8))
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.NeedsRepair, "swap header", "the area holds a suspended guest. Boot it and shut it down before it is used as a base.");
            }
        }

        return false;
    }

    /// <summary>The bytes that a next boot needs: the header page. All others may be zero.</summary>
    public ByteRange Header => new(0, PageSize);

    private static SwapArea Parse(ReadOnlySpan<byte> page)
    {
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[Offsets.Version..]);
        if (version != 1)
        {
            throw new UnsupportedImageException(UnsupportedKind.UnknownFeature, "swap header", $"version {version} is not known; run mkswap again.");
        }

        ReadOnlySpan<byte> uuid = page.Slice(Offsets.Uuid, Offsets.UuidLength);
        ReadOnlySpan<byte> label = page.Slice(Offsets.Label, Offsets.LabelLength);
        int end = label.IndexOf((byte)0);
        string text = uuid.IndexOfAnyExcept((byte)0) < 0 ? "" : new Guid(uuid, bigEndian: true).ToString();
        return new SwapArea(page.Length, text, PrintableText.From(end < 0 ? label : label[..end]));
    }

    private static class Offsets
    {
        public const int Version = 1024;
        public const int Uuid = 1036;
        public const int UuidLength = 16;
        public const int Label = 1052;
        public const int LabelLength = 16;
        public const int MagicLength = 10;
    }
}
