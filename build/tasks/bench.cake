Task("Bench")
    .Description("Measures the program beside qemu-img on a real Debian image, in turn; table on the screen, JSON in artifacts/bench.json.")
    .Does(() => DotNetRun(Paths.Root + "/tests/ImagePrep.Benchmarks", new ProcessArgumentBuilder()
        .AppendQuoted(Paths.Program)
        .AppendQuoted(Paths.Artifacts + "/bench.json"), new DotNetRunSettings { Configuration = "Release" }));
