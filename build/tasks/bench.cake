Task("Bench")
    .Description("Measures the released program beside other tools on a real Debian image, in turn; table on the screen, JSON in artifacts/bench.json.")
    .IsDependentOn("Package")
    .Does(() => DotNetRun(Paths.Root + "/tests/ImagePrep.Benchmarks", new ProcessArgumentBuilder()
        .AppendQuoted(Paths.Package + "/imageprep")
        .AppendQuoted(Paths.Artifacts + "/bench.json"), new DotNetRunSettings { Configuration = "Release" }));
