namespace ImagePrep.Benchmarks;

/// <summary>The everyday commands on a Debian image of 2 GiB, beside what people would use instead.</summary>
internal static class DebianImage
{
    public static IEnumerable<Comparison> Measure(Bench bench, string image)
    {
        string raw = bench.Raw(image, "debian.raw");
        yield return Comparison.Run(
            bench.Prepare("imageprep prepare", image),
            bench.Copy("qemu-img convert", "qemu-img", image, "exec qemu-img convert -O qcow2 \"$1\" \"$2\"") with { MostRatio = 1 },
            bench.Copy(
                "qemu-img convert, flushed to disk as ours is", "qemu-img", image, "exec qemu-img convert -t writeback -O qcow2 \"$1\" \"$2\"") with { MostRatio = 1 },
            bench.Copy(
                "the same, with SHA-256 of both images",
                "qemu-img",
                image,
                "openssl dgst -sha256 \"$1\"; qemu-img convert -t writeback -O qcow2 \"$1\" \"$2\"; openssl dgst -sha256 \"$2\"") with { MostRatio = 1 },
            bench.Copy("cp --sparse=always of the raw image", "cp", raw, "exec cp --sparse=always \"$1\" \"$2\""),
            bench.Copy("the same, flushed to disk", "cp", raw, "cp --sparse=always \"$1\" \"$2\"; sync \"$2\""));

        // 1 is "findings": a base that nobody prepared has some.
        yield return Comparison.Run(
            new Measured("imageprep inspect", bench.Program, "inspect", image) { HighestStatus = 1, MostSeconds = 0.3 },
            Measured.Tool("guestfish -i", "guestfish", "--ro", "--format=qcow2", "-a", image, "-i", "inspect-get-roots"));

        string golden = bench.Scratch.File("golden");
        string nodes = bench.Scratch.File("nodes");
        new Measured("golden", bench.Program, "prepare", "--recipe", "debian-12", "--base", image, "--out", golden).Run();
        yield return Comparison.Run(
            new Measured(
                "imageprep stamp, 1,000 overlays", bench.Program, "stamp", Path.Combine(golden, "golden.json"), "--count", "1000", "--out", nodes)
            {
                After = () => Directory.Delete(nodes, recursive: true),
                MostSeconds = 3,
            });
    }
}
