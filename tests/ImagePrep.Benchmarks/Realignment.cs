using System.Text;
using ImagePrep.TestKit;

namespace ImagePrep.Benchmarks;

/// <summary>Moving a partition with 2 GiB of files from sector 63 to the first MiB, and nothing else.</summary>
internal static class Realignment
{
    private const int Sector = 512;
    private const int Mebibyte = 1 << 20;
    private const int Files = 32;
    private const int FileMebibytes = 64;

    // What is not files: the journal, tables, and a few free blocks. sfdisk moves it all, so it is kept small.
    private const int PartitionMebibytes = (Files * FileMebibytes) + 128;

    public static IEnumerable<Comparison> Measure(Bench bench)
    {
        string image = MakeImage(bench);
        string moved = bench.Scratch.File("moved.raw");
        string resized = bench.Scratch.File("resized.qcow2");
        string recipe = bench.Scratch.File("realign.yaml");
        File.WriteAllText(recipe, "name: realign\nsteps:\n  repartition: {}\n");

        // As its manual has it: no --move-use-fsync, so it flushes once, at its end. It works in place, so each run gets its own copy, which is on disk
        // before the run begins: the flush is of what was moved alone.
        static string Move(string disk) => $"echo start=2048 | sfdisk --quiet --move-data -N 1 \"{disk}\"";
        yield return Comparison.Run(
            bench.Prepare("imageprep prepare, 2 GiB realigned", image, "raw", recipe),
            Measured.Script("sfdisk --move-data, in place", "sfdisk", Move("$1"), moved) with
            {
                Before = () => Bench.Make("sh", "-c", "cp --sparse=always \"$1\" \"$2\" && sync \"$2\"", "sh", image, moved),
                After = () => File.Delete(moved),
                MostRatio = 1.0 / 3,
            },
            bench.Copy("cp, then the same on the copy", "sfdisk", image, "cp --sparse=always \"$1\" \"$2\"; " + Move("$2")) with { MostRatio = 1.5 },
            bench.Copy(
                "qemu-img convert, flushed, nothing moved", "qemu-img", image, "exec qemu-img convert -t writeback -f raw -O qcow2 \"$1\" \"$2\""),
            Measured.Tool(
                "virt-resize --align-first always",
                "virt-resize",
                ["--align-first", "always", "--alignment", "2048", "--no-extra-partition", "--format", "raw", "--output-format", "qcow2", image, resized]) with
            {
                Before = () => Bench.Make("qemu-img", "create", "-q", "-f", "qcow2", resized, $"{PartitionMebibytes + 128}M"),
                After = () => File.Delete(resized),
            });
    }

    /// <summary>Random files, so that no zeros and no compression help anybody; and the two that make a guest of a file system.</summary>
    private static string MakeImage(Bench bench)
    {
        string image = bench.Scratch.File("sector63.raw");
        using ScratchFolder content = new();
        Directory.CreateDirectory(content.File("etc"));
        Directory.CreateDirectory(content.File("sbin"));
        File.WriteAllText(content.File("etc/os-release"), "ID=bench\n");
        File.WriteAllText(content.File("sbin/init"), "");
        byte[] data = new byte[FileMebibytes * Mebibyte];
        Random random = new(63);
        for (int i = 0; i < Files; i++)
        {
            random.NextBytes(data);
            File.WriteAllBytes(content.File($"data{i}"), data);
        }

        using (FileStream disk = File.Create(image))
        {
            // As long as the move needs, and its alignment.
            disk.SetLength((PartitionMebibytes + 4L) * Mebibyte);
        }

        string table = $"label: dos\nstart=63, size={PartitionMebibytes * (Mebibyte / Sector)}, type=83\n";
        OutsideTool.Run("sfdisk", ["--quiet", image], input: Encoding.ASCII.GetBytes(table)).EnsureSuccess("sfdisk");
        Bench.Make(
            "mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-N", "1024", "-d", content.Path, "-E", $"offset={63 * Sector}", image, $"{PartitionMebibytes}M");
        return image;
    }
}
