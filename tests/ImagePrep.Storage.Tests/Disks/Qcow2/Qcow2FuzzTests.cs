using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>Random damage to healthy images. Only documented exceptions may escape, and no image may yield more than its file can hold.</summary>
public sealed class Qcow2FuzzTests
{
    private const int Iterations = 7000;

    /// <summary>Tables, one cluster of each thread's workspace and the claims: nothing grows with what a field says.</summary>
    private const long MaxAllocated = 24L << 20;

    [Fact]
    public void Open_MutatedPlainImage_OnlyDocumentedExceptions()
    {
        using ScratchFolder scratch = new();
        ImageWriter.Write(new MemoryDevice(DiskContent.Sparse(300_000, 1)), scratch.File("seed"), new OutputOptions { ClusterSize = 512, Flush = false });

        Fuzz(File.ReadAllBytes(scratch.File("seed")), seed: 1);
    }

    [Fact]
    public void Open_MutatedCompressedImage_OnlyDocumentedExceptions()
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[1 << 20];
        content.AsSpan(100_000, 300_000).Fill(0x31);
        QemuImg.Convert(DiskContent.WriteRaw(scratch.File("raw"), content), scratch.File("seed"), "-c", "-o", "cluster_size=4096");

        Fuzz(File.ReadAllBytes(scratch.File("seed")), seed: 2);
    }

    [Fact]
    public void Open_MutatedVersion2ImageWithSnapshot_OnlyDocumentedExceptions()
    {
        using ScratchFolder scratch = new();
        QemuImg.Create(scratch.File("seed"), 1 << 20, "compat=0.10,cluster_size=1024");
        QemuImg.Io(scratch.File("seed"), "write -P 1 0 20k");
        OutsideTool.Run("qemu-img", "snapshot", "-c", "s", scratch.File("seed")).EnsureSuccess("qemu-img snapshot");
        QemuImg.Io(scratch.File("seed"), "write -P 2 10k 20k");

        Fuzz(File.ReadAllBytes(scratch.File("seed")), seed: 3);
    }

    private static void Fuzz(byte[] healthy, int seed)
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("image");
        Random random = new(seed);
        int opened = 0;
        for (int i = 0; i < Iterations; i++)
        {
            byte[] mutated = Mutate(healthy, random);
            File.WriteAllBytes(path, mutated);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                long read = ReadEverything(path);
                opened++;
                read.ShouldBeLessThanOrEqualTo(1100L * mutated.Length);
            }
            catch (Exception expected) when (expected is CorruptImageException or UnsupportedImageException or IOException)
            {
                expected.Message.ShouldNotBeEmpty();
            }
            catch (Exception unexpected)
            {
                Assert.Fail($"iteration {i} of seed {seed}: {unexpected}");
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MaxAllocated, $"iteration {i} of seed {seed}");
        }

        // Damage to data alone is no damage to the image; if nothing opened, nothing beyond the header was tested.
        opened.ShouldBeInRange(Iterations / 20, Iterations - (Iterations / 20));
    }

    private static long ReadEverything(string path)
    {
        using DiskImage image = DiskImage.Open(path, DiskFormat.Qcow2);
        byte[] buffer = new byte[32768];
        long total = 0;
        foreach (ByteRange range in image.DataRanges(new ByteRange(0, image.Length)))
        {
            for (long position = range.Start; position < range.End; position += buffer.Length)
            {
                image.ReadAt(position, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - position)));
            }

            total += range.Length;
        }

        return total;
    }

    private static byte[] Mutate(byte[] healthy, Random random)
    {
        byte[] bytes = [.. healthy];
        int changes = random.Next(1, 5);
        for (int i = 0; i < changes; i++)
        {
            // Half of the damage goes where the structure is.
            int position = random.Next(2) == 0 ? random.Next(4, 120) : random.Next(4, bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.AsSpan(position, Math.Min(random.Next(1, 64), bytes.Length - position)).Fill((byte)(random.Next(2) * 255));
                    break;
                case 3 when position < bytes.Length - 16:
                    BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(position & ~7), (random.NextInt64() >> random.Next(64)) & ~511L);
                    break;
                default:
                    int from = random.Next(0, bytes.Length - 8) & ~7;
                    bytes.AsSpan(from, 8).CopyTo(bytes.AsSpan(Math.Min(position, bytes.Length - 8) & ~7));
                    break;
            }
        }

        return random.Next(10) == 0 ? bytes[..random.Next(0, bytes.Length)] : bytes;
    }
}
