using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Opens a qcow2 image and reads everything that it says it holds. Images are files, so this one writes: to memory where the host can.</summary>
internal class Qcow2Target(string name = "qcow2") : FuzzTarget(name)
{
    private readonly MutantFile _file = new(name);

    private readonly byte[] _buffer = new byte[32768];

    public override void Execute(Memory<byte> input)
    {
        _file.Write(input.Span);
        try
        {
            using DiskImage image = DiskImage.Open(_file.Path, DiskFormat.Qcow2);
            long total = 0;
            foreach (ByteRange range in image.DataRanges(new ByteRange(0, image.Length)))
            {
                total += range.Length;
                for (long position = range.Start; position < range.End; position += _buffer.Length)
                {
                    image.ReadAt(position, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, range.End - position)));
                }
            }

            // Deflate gives at most 1,032 bytes for one.
            if (total > 1100L * input.Length)
            {
                throw new BrokenPromiseException("the image holds more than its file can");
            }
        }
        finally
        {
            _file.Delete();
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        OutsideTool.Require("qemu-img");
        using ScratchFolder scratch = new();
        byte[] content = new byte[256 << 10];
        content.AsSpan(10_000, 30_000).Fill(0x31);
        new Random(1).NextBytes(content.AsSpan(100_000, 5000));
        ImageWriter.Write(new MemoryDevice(content), scratch.File("own"), new OutputOptions { ClusterSize = 512, Flush = false });
        File.WriteAllBytes(scratch.File("raw"), content);
        return
        [
            WithTables(File.ReadAllBytes(scratch.File("own"))),
            Convert(scratch, "-c", "-o", "cluster_size=4096"),
            Convert(scratch, "-o", "compat=0.10,cluster_size=1024"),
            Convert(scratch, "-o", "cluster_size=512,refcount_bits=1"),
        ];
    }

    private static Seed Convert(ScratchFolder scratch, params string[] options) => WithTables(File.ReadAllBytes(ConvertToFile(scratch, options)));

    protected static string ConvertToFile(ScratchFolder scratch, params string[] options)
    {
        string path = scratch.File("converted");
        OutsideTool.Run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", .. options, scratch.File("raw"), path]).EnsureSuccess("qemu-img convert");
        return path;
    }

    protected static Seed WithTables(byte[] bytes, params HotRange[] more)
    {
        const ulong offsetMask = 0x00FF_FFFF_FFFF_FE00;
        int cluster = 1 << BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20));
        int l1 = (int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(40));
        int l1Length = 8 * BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(36));
        int refcounts = (int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(48));
        List<HotRange> hot = [.. more, new HotRange(4, 112), new HotRange(4, 112), new HotRange(l1, l1Length), new HotRange(refcounts, 16)];
        hot.Add(new HotRange((int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(refcounts)), cluster));
        for (int entry = l1; entry < l1 + l1Length; entry += 8)
        {
            int l2 = (int)(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(entry)) & offsetMask);
            if (l2 != 0)
            {
                hot.Add(new HotRange(l2, cluster));
            }
        }

        return new Seed(bytes, [.. hot.Where(range => range.Offset + range.Length <= bytes.Length)]);
    }
}
