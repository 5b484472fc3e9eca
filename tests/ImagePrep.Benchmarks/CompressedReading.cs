using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;

namespace ImagePrep.Benchmarks;

/// <summary>
/// Reading compressed qcow2 images: each is expanded into a raw file by our reader and by qemu-img, on two cores. No command of the program does only
/// that, so this program runs itself; its start-up is in our time.
/// </summary>
internal static class CompressedReading
{
    /// <summary>First argument of a run that only copies: <c>--expand IMAGE TARGET</c>.</summary>
    public const string Mode = "--expand";

    public static IEnumerable<Comparison> Measure(Bench bench, string image)
    {
        string ours = bench.Scratch.File("ours.raw");
        foreach (string type in (string[])["zlib", "zstd"])
        {
            string compressed = bench.Scratch.File($"{type}.qcow2");
            Bench.Make("qemu-img", "convert", "-m", "2", "-c", "-O", "qcow2", "-o", $"compression_type={type}", image, compressed);
            yield return Comparison.Run(
                new Measured($"expand {type} clusters", Environment.ProcessPath!, Mode, compressed, ours) { After = () => File.Delete(ours) },
                bench.Copy("qemu-img convert -m 2", "qemu-img", compressed, "exec qemu-img convert -m 2 -O raw \"$1\" \"$2\""));
            File.Delete(compressed);
        }
    }

    public static int Expand(string image, string target)
    {
        using DiskImage disk = DiskImage.Open(image, DiskFormat.Qcow2);
        ImageWriter.Write(disk, target, new OutputOptions { Format = DiskFormat.Raw, Flush = false, ComputeDigest = false, Workers = 2 });
        return 0;
    }
}
