using System.Globalization;
using ImagePrep.Golden;
using ImagePrep.Inspection;
using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>An inspection for people: the disk, its partitions in disk order, the guest, the findings.</summary>
internal static class InspectionText
{
    public static void Write(InspectionReport report, string name)
    {
        TableDescription table = report.Table;
        Line($"[bold]{Escape(name)}[/]: {report.Format}, {Size(table.DiskBytes)} disk in a file of {Size(report.FileBytes)}");
        string copy = report.TableCopy == "only" ? "" : $", {report.TableCopy} copy";
        string scheme = table.Scheme == "none" ? "no partition table" : $"{table.Scheme.ToUpperInvariant()} {report.DiskId}, {table.SectorSize}-byte sectors{copy}";
        Line(Escape(scheme));
        Line(report.Guest is { } guest ? $"{Escape(guest.Name)}, {Escape(guest.Init)} {guest.InitVersion}" : "no guest recognised");
        AnsiConsole.WriteLine();
        Draw(report);
        AnsiConsole.Write(Partitions(report));
        WriteFileSystems(report);
        if (report.Findings.Count == 0)
        {
            AnsiConsole.WriteLine();
            Line("[green]Nothing that clones would share was found.[/]");
            return;
        }

        WriteFindings(report, FindingSeverity.Refused, "[red]Would be refused[/]");
        WriteFindings(report, FindingSeverity.Unsafe, "[yellow]Unsafe to clone[/]");
        WriteFindings(report, FindingSeverity.Note, "[blue]Good to know[/]");
    }

    private static void Draw(InspectionReport report)
    {
        DrawnPart[] parts = [.. report.Partitions.Select(partition => new DrawnPart(
            partition.StartByte,
            partition.Bytes,
            $"{partition.Number} {partition.MountPoint}".TrimEnd(),
            partition.Content.Length == 0 ? Size(partition.Bytes) : partition.Content))];
        DiskDrawing.Write(report.Table.DiskBytes, parts);
    }

    private static void WriteFileSystems(InspectionReport report)
    {
        foreach (PartitionInspection partition in report.Partitions.Where(partition => partition.Features.Count > 0))
        {
            string text = $"{partition.Number}: {string.Join(' ', partition.Features)}";
            AnsiConsole.Write(new Padder(new Markup($"[grey]{Escape(text)}[/]"), new Padding(2, 0, 0, 0)));
        }
    }

    private static Table Partitions(InspectionReport report)
    {
        Table view = new() { Border = TableBorder.Simple };
        view.AddColumn(new TableColumn("No").RightAligned());
        view.AddColumn("Type");
        view.AddColumn(new TableColumn("Start").RightAligned());
        view.AddColumn(new TableColumn("Size").RightAligned());
        view.AddColumn("Alignment");
        view.AddColumn("Content");
        view.AddColumn(new TableColumn("Free").RightAligned());
        view.AddColumn("Mounted at");
        foreach (PartitionInspection partition in report.Partitions)
        {
            view.AddRow(
                partition.Number.ToString(CultureInfo.InvariantCulture) + (partition.Active ? "*" : ""),
                Escape(partition.Type),
                (partition.StartByte / report.Table.SectorSize).ToString(CultureInfo.InvariantCulture),
                Size(partition.Bytes),
                Alignment(partition),
                Escape(Content(partition)),
                partition.FreeBytes > 0 ? Size(partition.FreeBytes) : "",
                Escape(partition.MountPoint));
        }

        return view;
    }

    private static string Content(PartitionInspection partition) => partition.Content.Length == 0
        ? "?"
        : partition.Content
            + (partition.Variant.Length > 0 ? $" ({partition.Variant})" : "")
            + (partition.Label.Length > 0 ? $" '{partition.Label}'" : "");

    private static string Alignment(PartitionInspection partition)
    {
        string granularity = partition.Granularity >= 1 << 20 ? "1 MiB"
            : partition.Granularity >= 1024 ? $"{partition.Granularity >> 10} KiB"
            : $"{partition.Granularity} B";
        return partition.Alignment switch
        {
            "aligned" => $"[green]{granularity}[/]",
            "poor" => $"[yellow]{granularity}, poor[/]",
            _ => $"[red]{granularity}, harmful[/]",
        };
    }

    private static void WriteFindings(InspectionReport report, FindingSeverity severity, string title)
    {
        Finding[] findings = [.. report.Findings.Where(finding => finding.Severity == severity)];
        if (findings.Length == 0)
        {
            return;
        }

        AnsiConsole.WriteLine();
        Line(title);

        // One reason, many places: the reason is said once.
        foreach (IGrouping<(string Id, string Text), Finding> group in findings.GroupBy(finding => (finding.Id, finding.Text)))
        {
            AnsiConsole.Write(new Padder(new Markup(Escape(group.Key.Text)), new Padding(2, 0, 0, 0)));
            foreach (Finding finding in group)
            {
                AnsiConsole.Write(new Padder(new Markup($"[grey]{Escape(finding.Where)}[/]"), new Padding(4, 0, 0, 0)));
            }
        }
    }

    /// <summary>Binary units with one digit, as disk tools print them.</summary>
    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 40 => $"{bytes / (double)(1L << 40):0.#} TiB",
        >= 1L << 30 => $"{bytes / (double)(1L << 30):0.#} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):0.#} MiB",
        >= 1L << 10 => $"{bytes / (double)(1L << 10):0.#} KiB",
        _ => $"{bytes} B",
    };

    private static string Escape(string text) => Markup.Escape(text);

    private static void Line(string markup) => AnsiConsole.MarkupLine(markup);
}
