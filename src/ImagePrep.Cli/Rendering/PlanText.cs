using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Pipeline;
using ImagePrep.Steps;
using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;
using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>What a dry run prints: partitions before and after, then every path of every step.</summary>
internal static class PlanText
{
    /// <summary>The base, and what it lies on.</summary>
    public static void Write(IReadOnlyList<ImageFile> files)
    {
        for (int i = 0; i < files.Count; i++)
        {
            AnsiConsole.MarkupLine($"{(i == 0 ? "[bold]Base[/]" : "  over")} {Markup.Escape(Path.GetFileName(files[i].Path))} ({files[i].Format})");
        }
    }

    public static void Write(RepartitionPlan plan)
    {
        AnsiConsole.MarkupLine("[bold]Disk now[/]");
        DiskDrawing.Write(plan.Before.DiskLength, [.. plan.Partitions.Select(move => Part(move, move.From))]);
        if (!plan.ChangesNothing)
        {
            AnsiConsole.MarkupLine("[bold]Disk then[/]");
            DiskDrawing.Write(plan.After.DiskLength, [.. plan.Partitions.Select(move => Part(move, move.To))]);
        }

        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("No").RightAligned());
        table.AddColumn("Type");
        table.AddColumn(new TableColumn("First sector now").RightAligned());
        table.AddColumn(new TableColumn("then").RightAligned());
        table.AddColumn(new TableColumn("Sectors").RightAligned());
        foreach ((Partition before, Partition after) in plan.AllPlaces)
        {
            table.AddRow(
                before.Number.ToString(),
                Markup.Escape(before.Type.Name),
                before.FirstSector.ToString(),
                before.FirstSector != after.FirstSector ? $"[green]{after.FirstSector}[/]" : "stays",
                before.SectorCount != after.SectorCount ? $"{before.SectorCount}, then [green]{after.SectorCount}[/]" : $"{before.SectorCount}");
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine($"Disk: {plan.Before.DiskLength} bytes now, {plan.After.DiskLength} bytes then");
    }

    public static void Write(
        IReadOnlyList<(string Name, StepOutcome Outcome)> outcomes,
        IReadOnlyList<ReportedItem> reported,
        IReadOnlyList<DeviceOrderReference> deviceOrder,
        PrepareRequest request)
    {
        foreach ((string name, StepOutcome outcome) in outcomes)
        {
            AnsiConsole.WriteLine();
            string reason = outcome.Reason.Length > 0 ? $" ({Markup.Escape(outcome.Reason)})" : "";
            AnsiConsole.MarkupLine($"[bold]{Markup.Escape(name)}[/]: {Result(outcome.Result)}{reason}");
            foreach (GuestChange change in outcome.Changes)
            {
                AnsiConsole.MarkupLine($"  {Mark(change.Kind)} {Markup.Escape(change.Path.ToString())}");
            }

            Write(outcome.Patches);
        }

        Write(reported);
        Write(deviceOrder);

        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLine(
            $"Nodes: {(request.Nodes.Count == 0 ? "none" : request.Nodes.Count.ToString())}. This was a dry run: [bold]nothing was written[/].");
    }

    private static void Write(IReadOnlyList<SectorPatch> patches)
    {
        if (patches.Count > 0)
        {
            AnsiConsole.MarkupLine("  Patched outside the table, to follow the move (sectors of the disk then):");
        }

        foreach (SectorPatch patch in patches)
        {
            AnsiConsole.MarkupLine($"  [yellow]~[/] sector {patch.Sector}, byte {patch.Byte}: {patch.Was} becomes [green]{patch.Now}[/]");
            AnsiConsole.MarkupLine($"    {Markup.Escape(patch.What)}");
        }
    }

    private static void Write(IReadOnlyList<ReportedItem> reported)
    {
        if (reported.Count == 0)
        {
            return;
        }

        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLine("[bold]stays[/]: what no edit of an image at rest can put right");
        foreach (IGrouping<string, ReportedItem> group in reported.GroupBy(item => item.Why))
        {
            foreach (ReportedItem item in group)
            {
                AnsiConsole.MarkupLine($"  {Markup.Escape(item.Path.Length > 0 ? $"{item.Path} ({item.Id})" : item.Id)}");
            }

            AnsiConsole.MarkupLine($"    {Markup.Escape(group.Key)}");
        }
    }

    /// <summary>What to write instead is said once for all places where it is the same.</summary>
    private static void Write(IReadOnlyList<DeviceOrderReference> deviceOrder)
    {
        if (deviceOrder.Count == 0)
        {
            return;
        }

        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLine("[bold]device order[/]: these stay, and hold only where disks are found as on the base");
        foreach (IGrouping<string, DeviceOrderReference> group in deviceOrder.GroupBy(reference => reference.Instead))
        {
            foreach (DeviceOrderReference reference in group)
            {
                AnsiConsole.MarkupLine($"  {Markup.Escape($"{reference.Where()}: {reference.Reference}")}");
            }

            AnsiConsole.MarkupLine($"    instead: {Markup.Escape(group.Key)}");
        }
    }

    private static DrawnPart Part(PartitionMove move, ByteRange place) =>
        new(place.Start, place.Length, move.Partition.Number.ToString(), $"at {place.Start / move.Partition.SectorSize}");

    private static string Result(StepResult result) => result switch
    {
        StepResult.Changed => "changes",
        StepResult.AlreadyDone => "already done",
        _ => "not applicable",
    };

    private static string Mark(GuestChangeKind kind) => kind switch
    {
        GuestChangeKind.Created => "[green]+[/]",
        GuestChangeKind.Removed => "[red]-[/]",
        _ => "[yellow]~[/]",
    };
}
