Task("Package")
    .Description("Builds the program as it is released: for this system, with the .NET runtime inside, compiled ahead of time; in artifacts/package.")
    .Does(() =>
{
    CleanDirectory(Paths.Package);
    DotNetPublish(Paths.Root + "/src/ImagePrep.Cli", new DotNetPublishSettings
    {
        Configuration = "Release",
        OutputDirectory = Paths.Package,
        SelfContained = true,
        NoLogo = true,
        Verbosity = DotNetVerbosity.Quiet,

        // Composite: generic code of the runtime over our types, and the other way round, is compiled now instead of in every run.
        ArgumentCustomization = arguments => arguments
            .Append("--use-current-runtime")
            .Append("-p:PublishReadyToRunComposite=true")

            // In a folder of its own: parts of a composite must not be taken for up-to-date parts of the ordinary program.
            .Append("--artifacts-path").AppendQuoted(Paths.Artifacts + "/dotnet-package")
            .Append("-p:DebugType=none")
            .Append("-p:GenerateDocumentationFile=false"),
    });
    Information("In {0}", Paths.Package);
});
