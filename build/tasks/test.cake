using System.Xml.Linq;

Task("Test")
    .Description("Runs every test; what a missing tool skips is listed with the reason.")
    .IsDependentOn("Build")
    .Does(() =>
{
    CleanDirectory(Paths.TestResults);
    bool failed = false;
    foreach (FilePath project in GetFiles(Paths.Root + "/tests/*.Tests/*.csproj").OrderBy(file => file.FullPath))
    {
        string name = project.GetFilenameWithoutExtension().ToString();
        Information(name);
        try
        {
            DotNetTest(project.FullPath, new DotNetTestSettings
            {
                Configuration = "Release",
                NoBuild = true,
                NoLogo = true,
                Verbosity = DotNetVerbosity.Quiet,
                Loggers = [$"trx;LogFileName={name}.trx"],
                ResultsDirectory = Paths.TestResults,
            });
        }
        catch (CakeException)
        {
            // The other projects run all the same: one summary with every failure beats the first one.
            failed = true;
        }
    }

    XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
    int passed = 0, failures = 0, skipped = 0;
    List<(string Test, string Reason)> reasons = [];
    List<string> problems = [];
    foreach (FilePath file in GetFiles(Paths.TestResults + "/*.trx"))
    {
        foreach (XElement result in XDocument.Load(file.FullPath).Descendants(trx + "UnitTestResult"))
        {
            switch ((string)result.Attribute("outcome"))
            {
                case "Passed":
                    passed++;
                    break;
                case "NotExecuted":
                    skipped++;
                    string reason = (string)result.Descendants(trx + "Message").FirstOrDefault() ?? (string)result.Descendants(trx + "StdOut").FirstOrDefault();
                    reasons.Add(((string)result.Attribute("testName"), reason ?? "run only when asked for by name"));
                    break;
                default:
                    failures++;
                    problems.Add(string.Join('\n',
                        "Failed: " + (string)result.Attribute("testName"),
                        (string)result.Descendants(trx + "Message").FirstOrDefault() ?? "no message",
                        (string)result.Descendants(trx + "StackTrace").FirstOrDefault() ?? ""));
                    break;
            }
        }
    }

    foreach (IGrouping<string, (string Test, string Reason)> group in reasons.GroupBy(item => item.Reason.Trim()))
    {
        Information("Skipped, {0}", group.Key);
        foreach ((string test, _) in group)
        {
            Information("  {0}", test);
        }
    }

    // Last, so that they are what the end of a long log shows.
    foreach (string problem in problems)
    {
        Error("{0}", problem);
    }

    string summary = $"{passed} passed, {failures} failed, {skipped} skipped";
    System.IO.File.WriteAllText(Paths.TestResults + "/summary.txt", summary + "\n");
    Information(summary);
    if (failed || failures > 0 || passed == 0)
    {
        throw new CakeException("Tests failed.");
    }
});
