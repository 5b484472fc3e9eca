Task("Fuzz")
    .Description("Runs mutants through every parser, --executions=N each (default 1,000,000); inputs that break a rule go to artifacts/fuzz.")
    .IsDependentOn("Build")
    .Does(() => DotNetRun(Paths.Root + "/tests/ImagePrep.Fuzz", new ProcessArgumentBuilder()
        .AppendQuoted(Paths.Artifacts + "/fuzz")
        .Append(Argument("executions", "1000000")), new DotNetRunSettings { Configuration = "Release" }));
