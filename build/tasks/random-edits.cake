Task("RandomEdits")
    .Description("Edits ext file systems of every shape at random, --operations=N over all (default 20,000), judged by a model, e2fsck and the kernel (as root).")
    .IsDependentOn("Build")
    .Does(() => DotNetRun(Paths.Root + "/tests/ImagePrep.Storage.Tests", new ProcessArgumentBuilder()
        .Append("-explicit only -method *Edits_ManyOfEveryFlavour_AreTakenUpByTheKernel -showLiveOutput"), new DotNetRunSettings
        {
            Configuration = "Release",
            NoBuild = true,
            EnvironmentVariables = new Dictionary<string, string>
            {
                ["IMAGEPREP_EDIT_OPERATIONS"] = Argument("operations", "20000"),
                ["IMAGEPREP_EDIT_SEED"] = Argument("seed", "1000"),
                ["IMAGEPREP_EDIT_SHAPES"] = Argument("shapes", ""),
            },
        }));
