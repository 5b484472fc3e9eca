using System.Globalization;
using System.Text;
using ImagePrep.Golden;

namespace ImagePrep.Reports;

/// <summary>The few lines that end a run.</summary>
internal static class ReportSummary
{
    public static string Of(ReportDocument report)
    {
        StringBuilder text = new();
        if (report.Base.Backing is { } backing)
        {
            text.Append("Base          ").Append(report.Base.Format).Append("  sha256 ").Append(report.Base.Sha256).Append('\n');
            foreach (BackingDescription file in backing)
            {
                text.Append("  over ").Append(file.Format).Append("  sha256 ").Append(file.Sha256).Append('\n');
            }
        }

        text.Append("Golden image  ").Append(report.Golden.File).Append("  sha256 ").Append(report.Golden.Sha256).Append('\n');
        foreach (StepDescription step in report.Steps)
        {
            text.Append("  ").Append(step.Name).Append(": ").Append(Result(step)).Append('\n');
        }

        text.Append("  ").Append(report.RemovedSecrets.Count).Append(" secrets taken out; ").Append(Erased(report.Erased)).Append('\n');
        if (report.DeviceOrder.Count > 0)
        {
            text.Append("  ").Append(DeviceOrder(report.DeviceOrder.Count)).Append("; report.json lists what to write instead\n");
        }

        if (report.Nodes.Count > 0)
        {
            text.Append("Node images   ").Append(report.Nodes.Count).Append(report.Nodes.Count == 1 ? " node" : " nodes").Append('\n');
            foreach (Nodes.NodeResult node in report.Nodes.Take(10))
            {
                text.Append("  ").Append(node.File).Append('\n');
            }

            if (report.Nodes.Count > 10)
            {
                text.Append("  and ").Append(report.Nodes.Count - 10).Append(" more\n");
            }

            text.Append("Seeds         ").Append(report.SeedTests?.Summary ?? "not tested").Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    private static string Erased(ErasureDescription? erased)
    {
        if (erased is null)
        {
            return "their bytes may still be in free space, because the recipe says erase: false";
        }

        double mebibytes = (erased.UnclaimedBytes + erased.Partitions.Sum(partition => partition.UnusedBytes)) / (double)(1 << 20);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"not copied: {mebibytes:0} MiB of free space, {erased.Partitions.Sum(p => p.DeletedNodes)} deleted inodes, {erased.Partitions.Sum(p => p.DeletedNames)} removed names");
    }

    private static string DeviceOrder(int places) =>
        places == 1 ? "1 place in the guest goes by device order" : $"{places} places in the guest go by device order";

    private static string Result(StepDescription step) => step.Result switch
    {
        "changed" => step.Changes.Count switch
        {
            0 => step.Reason + Patches(step.Patches?.Count ?? 0),
            1 => "1 path changed",
            int count => $"{count} paths changed",
        },
        "alreadyDone" => "already done",
        _ => "not applicable: " + step.Reason,
    };

    private static string Patches(int count) => count switch
    {
        0 => "",
        1 => "; 1 number that names a sector follows",
        _ => $"; {count} numbers that name sectors follow",
    };
}
