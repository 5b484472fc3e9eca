using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>A small healthy image written by us, to be damaged field by field. Its layout is that of docs/formats/qcow2.md.</summary>
internal sealed class PatchedImage
{
    public const int ClusterSize = 4096;
    public const int RefcountTable = 1 * ClusterSize;
    public const int RefcountBlock = 2 * ClusterSize;
    public const int L1 = 3 * ClusterSize;
    public const int L2 = 4 * ClusterSize;

    /// <summary>The disk needs two L2 tables: 2 MiB each.</summary>
    public const int Data = 6 * ClusterSize;

    public const int DiskLength = 3 << 20;

    public PatchedImage()
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[DiskLength];
        content.AsSpan(8192, 40_000).Fill(0x11);
        content.AsSpan(2 << 20, 10_000).Fill(0x22);
        ImageWriter.Write(new MemoryDevice(content), scratch.File("image"), new OutputOptions { ClusterSize = ClusterSize, Flush = false });
        Bytes = File.ReadAllBytes(scratch.File("image"));
    }

    public byte[] Bytes { get; set; }

    public PatchedImage U32(int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(offset), value);
        return this;
    }

    public PatchedImage U64(int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Bytes.AsSpan(offset), value);
        return this;
    }

    public PatchedImage Put(int offset, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Bytes.AsSpan(offset));
        return this;
    }

    /// <summary>Opens the image and reads everything that it says it holds.</summary>
    public void OpenAndRead()
    {
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("image"), Bytes);
        using DiskImage image = DiskImage.Open(scratch.File("image"), DiskFormat.Qcow2);
        byte[] buffer = new byte[65536];
        foreach (ByteRange range in image.DataRanges(new ByteRange(0, image.Length)))
        {
            for (long position = range.Start; position < range.End; position += buffer.Length)
            {
                image.ReadAt(position, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - position)));
            }
        }
    }
}
