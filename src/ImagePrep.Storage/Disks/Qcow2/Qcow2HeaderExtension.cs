using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// One header extension: type, length, data, padding to 8 bytes. They follow the header, inside the first cluster, up to an end marker or the
/// backing file name. Specification: "Header extensions" in https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.rst
/// </summary>
internal sealed record Qcow2HeaderExtension(uint Type, byte[] Data)
{
    public const uint End = 0;
    public const uint BackingFormat = 0xE2792ACA;
    public const uint FeatureNames = 0x6803F857;
    public const uint ExternalDataFile = 0x44415441;
    public const uint Bitmaps = 0x23852875;

    /// <summary>Full disk encryption header; only encrypted images have one.</summary>
    public const uint EncryptionHeader = 0x0537BE77;

    /// <summary>Type and length.</summary>
    public const int PrefixSize = 8;

    /// <summary>QEMU knows six kinds and writes each once; a walk this long is damage.</summary>
    private const int MaxExtensions = 64;

    public bool IsKnown => Type is BackingFormat or FeatureNames or ExternalDataFile or Bitmaps or EncryptionHeader;

    /// <summary>Bytes on disk, padding included.</summary>
    public int Size => PrefixSize + ((Data.Length + 7) & ~7);

    /// <param name="area">From the end of the header to the backing file name, or else to the end of the first cluster.</param>
    public static IReadOnlyList<Qcow2HeaderExtension> ParseAll(ReadOnlySpan<byte> area)
    {
        List<Qcow2HeaderExtension> extensions = [];
        while (area.Length >= PrefixSize)
        {
            uint type = BinaryPrimitives.ReadUInt32BigEndian(area);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(area[4..]);
            if (type == End)
            {
                break;
            }

            if (length > area.Length - PrefixSize)
            {
                throw CorruptImageException.Truncated($"qcow2 header extension 0x{type:x8}", length, area.Length - PrefixSize);
            }

            if (extensions.Count == MaxExtensions)
            {
                throw CorruptImageException.Loop("qcow2 header extensions", "the list", MaxExtensions);
            }

            extensions.Add(new Qcow2HeaderExtension(type, area.Slice(PrefixSize, (int)length).ToArray()));
            area = area[Math.Min(extensions[^1].Size, area.Length)..];
        }

        return extensions;
    }

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Type);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], Data.Length);
        Data.CopyTo(destination[PrefixSize..]);
    }
}
