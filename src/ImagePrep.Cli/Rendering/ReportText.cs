using ImagePrep.Reports;
using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>The last words of a run: what was made, where, and how to go on.</summary>
internal static class ReportText
{
    public static void Write(ReportDocument report, string folder)
    {
        AnsiConsole.WriteLine(report.Summary);
        AnsiConsole.MarkupLine($"[grey]Everything is in {Markup.Escape(folder)}; the evidence is in report.json.[/]");
    }
}
