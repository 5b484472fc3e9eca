Task("Build")
    .Description("Builds the whole solution; warnings are errors.")
    .Does(() => DotNetBuild(Paths.Solution, new DotNetBuildSettings
    {
        Configuration = "Release",
        Verbosity = DotNetVerbosity.Quiet,
        NoLogo = true,
    }));
