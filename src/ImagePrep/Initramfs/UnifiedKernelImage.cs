using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// A kernel and its initramfs in one EFI program, whose section ".initrd" is the initramfs (UAPI Group specification 5, "Unified Kernel Image"; Microsoft,
/// "PE Format": the section table follows the optional header, 40 bytes an entry).
/// </summary>
internal static class UnifiedKernelImage
{
    private const string Structure = "EFI program";
    private const int DosHeaderSize = 64;
    private const int HeaderOffsetField = 60;
    private const int FileHeaderSize = 24;
    private const int SectionCountField = 6;
    private const int OptionalSizeField = 20;
    private const int SectionSize = 40;
    private const int NameSize = 8;

    /// <summary>Where the sections ".initrd" lie in the file; none in an EFI program of another kind.</summary>
    /// <exception cref="CorruptImageException">Not an EFI program, or cut off.</exception>
    public static IReadOnlyList<ByteRange> FindInitrds(Stream file)
    {
        ReadOnlySpan<byte> dos = Read(file, 0, DosHeaderSize);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(dos[HeaderOffsetField..]);
        ReadOnlySpan<byte> header = Read(file, start, FileHeaderSize);
        if (dos is not [(byte)'M', (byte)'Z', ..] || !header.StartsWith("PE\0\0"u8))
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, "it does not begin as EFI programs do.");
        }

        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(header[SectionCountField..]);
        long table = start + FileHeaderSize + (long)BinaryPrimitives.ReadUInt16LittleEndian(header[OptionalSizeField..]);
        ReadOnlySpan<byte> sections = Read(file, table, count * SectionSize);
        List<ByteRange> found = [];
        for (; sections.Length > 0; sections = sections[SectionSize..])
        {
            if (sections[..NameSize].SequenceEqual(".initrd\0"u8))
            {
                // VirtualSize counts what is meant, SizeOfRawData what is stored, padded.
                uint size = BinaryPrimitives.ReadUInt32LittleEndian(sections[8..]);
                uint stored = BinaryPrimitives.ReadUInt32LittleEndian(sections[16..]);
                ByteRange place = new(BinaryPrimitives.ReadUInt32LittleEndian(sections[20..]), Math.Min(size, stored));
                found.Add(place.End <= file.Length ? place : throw CorruptImageException.Truncated(Structure, place.End, file.Length));
            }
        }

        return found;
    }

    private static byte[] Read(Stream file, long offset, int count)
    {
        byte[] bytes = new byte[count];
        file.Position = offset;
        int read = file.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        return read == count ? bytes : throw CorruptImageException.Truncated(Structure, offset + count, offset + read);
    }
}
