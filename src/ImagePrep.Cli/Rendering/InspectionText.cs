using System.Globalization;
using ImagePrep.Golden;
using ImagePrep.Inspection;
using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>An inspection for people: the disk, its partitions in disk order, the guest, the findings.</summary>
internal static class InspectionText
{
    private static readonly (string Title, bool IsNumber)[] Columns =
        [("No", true), ("Type", false), ("Start", true), ("Size", true), ("Alignment", false), ("Content", false), ("Mounted at", false)];

    public static void Write(InspectionReport report, string name)
    {
        TableDescription table = report.Table;
        Line($"[bold]{Escape(name)}[/]: {report.Format}, {Size(table.DiskBytes)} disk in a file of {Size(report.FileBytes)}");
        foreach (BackingFile file in report.Backing)
        {
            Line($"  over {Escape(file.Name)}: {file.Format}, a file of {Size(file.FileBytes)}");
        }

        string copy = report.TableCopy == "backup" ? ", read from its backup copy" : "";
        string scheme = table.Scheme == "none" ? "no partition table" : $"{table.Scheme.ToUpperInvariant()} {report.DiskId}, {table.SectorSize}-byte sectors{copy}";
        Line(Escape(scheme));
        Line(report.Guest is { } guest ? Escape(guest.Name + Init(guest) + Features(guest)) : "no guest recognised");
        AnsiConsole.WriteLine();
        Draw(report);
        AnsiConsole.WriteLine();
        AnsiConsole.Write(Partitions(report));
        AnsiConsole.WriteLine();
        WriteContents(report);
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
        DiskDrawing.Write(report.Table.DiskBytes, [.. report.Partitions.Select(partition => Part(partition, partition.StartByte, partition.Bytes))]);
        if (report.Realigned is { } then)
        {
            AnsiConsole.WriteLine();
            Line("As the repartition step would leave it:");
            DiskDrawing.Write(
                then.DiskBytes,
                [.. then.Partitions.Select(place => Part(report.Partitions.First(partition => partition.Number == place.Number), place.StartByte, place.Bytes))]);
        }
    }

    private static DrawnPart Part(PartitionInspection partition, long start, long bytes) => new(
        start,
        bytes,
        partition.Number == 0 && partition.MountPoint.Length > 0 ? partition.MountPoint : $"{Number(partition)} {partition.MountPoint}".TrimEnd(),
        partition.Content.Length == 0 ? Size(bytes) : partition.Content);

    private static string Init(GuestDescription guest) =>
        guest.Init == "unknown" ? "" : $", {guest.Init}{(guest.InitVersion > 0 ? $" {guest.InitVersion}" : "")}";

    private static string Features(GuestDescription guest)
    {
        if (guest.Features is not { } features)
        {
            return "";
        }

        string servers = string.Join(", ", features.SshServers) + (features.SshServers.Count > 0 && features.SshSocket ? " started by a socket" : "");
        string[] facts =
        [
            servers,
            .. features.Agents,
            features.Selinux.Length > 0 ? "SELinux " + features.Selinux : "",
            .. features.Initramfs,
            features.FirstBootScript.Length > 0 ? $"{features.FirstBootScript} at the first boot" : "",
        ];
        return string.Concat(facts.Where(fact => fact.Length > 0).Select(fact => ", " + fact));
    }

    /// <summary>What names each content, and below it the features, once for all that have the same.</summary>
    private static void WriteContents(InspectionReport report)
    {
        PartitionInspection[] named = [.. report.Partitions.Where(partition => partition.Uuid.Length > 0 || partition.Label.Length > 0)];
        if (named.Length > 0)
        {
            Line("[bold]Contents[/]");
        }

        foreach (PartitionInspection partition in named)
        {
            string?[] facts =
            [
                partition.Content + (partition.Variant.Length > 0 ? $" ({partition.Variant})" : ""),
                partition.Label.Length > 0 ? $"label '{partition.Label}'" : null,
                partition.Uuid.Length > 0 ? $"UUID {partition.Uuid}" : null,
                partition.FreeBytes > 0 ? $"{Size(partition.FreeBytes)} free" : null,
            ];
            Indented(2, $"{Number(partition)}: {string.Join(", ", facts.Where(fact => fact is not null))}");
        }

        foreach (IGrouping<string, PartitionInspection> group in report.Partitions
            .Where(partition => partition.Features.Count > 0)
            .GroupBy(partition => string.Join(' ', partition.Features)))
        {
            Indented(2, $"Features of {string.Join(", ", group.Select(Number))}:");
            Indented(4, group.Key);
        }
    }

    /// <summary>Two columns of space between columns, and no frame: seven of them fit into 80.</summary>
    private static Grid Partitions(InspectionReport report)
    {
        Grid view = new();
        foreach ((string _, bool isNumber) in Columns)
        {
            GridColumn column = new() { Padding = new Padding(2, 0, 0, 0), NoWrap = isNumber };
            view.AddColumn(isNumber ? column.RightAligned() : column);
        }

        view.AddRow([.. Columns.Select(column => $"[bold]{column.Title}[/]")]);
        foreach (PartitionInspection partition in report.Partitions)
        {
            bool isFrame = partition.Kind == "extended";
            view.AddRow(
                Number(partition) + (partition.Active ? "*" : ""),
                Escape(partition.Type),
                (partition.StartByte / report.Table.SectorSize).ToString(CultureInfo.InvariantCulture),
                Size(partition.Bytes),
                isFrame ? "" : Alignment(partition),
                isFrame ? "" : partition.Content.Length > 0 ? Escape(partition.Content) : "?",
                Escape(partition.MountPoint));
        }

        return view;
    }

    /// <summary>A disk without a table has no number to show.</summary>
    private static string Number(PartitionInspection partition) =>
        partition.Number == 0 ? "disk" : partition.Number.ToString(CultureInfo.InvariantCulture);

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
            Indented(2, group.Key.Text);
            foreach (Finding finding in group)
            {
                Indented(4, finding.Where);
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

    /// <summary>The first level is what is said, the second where it holds.</summary>
    private static void Indented(int columns, string text) =>
        AnsiConsole.Write(new Padder(new Markup(columns > 2 ? $"[grey]{Escape(text)}[/]" : Escape(text)), new Padding(columns, 0, 0, 0)));

    private static string Escape(string text) => Markup.Escape(text);

    private static void Line(string markup) => AnsiConsole.MarkupLine(markup);
}
