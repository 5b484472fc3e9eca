using ImagePrep.Guests;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Inspection;

/// <summary>What there is to say of a disk before anyone looks at a guest: what preparing would refuse and why, what it would not see, what is odd.</summary>
internal static class DiskFindings
{
    public static IEnumerable<Finding> Of(DiskLayout layout) =>
    [
        .. layout.Table.Findings.Select(OfTable),
        .. layout.Table.InDiskOrder.Where(partition => partition.Kind != PartitionKind.Extended && !partition.Alignment.IsAligned).Select(OfAlignment),
        .. layout.Contents.SelectMany(OfContent),
    ];

    /// <summary>How people name a partition.</summary>
    public static string Name(Partition partition) => partition.Number == 0 ? "the whole disk" : $"partition {partition.Number}";

    private static Finding OfTable(TableFinding finding) =>
        new(FindingSeverity.Note, Kebab(finding.Kind.ToString()), "partition table", finding.Message);

    private static Finding OfAlignment(Partition partition) => new(
        FindingSeverity.Unsafe,
        "alignment",
        $"{Name(partition)}, which starts at byte {partition.Range.Start}",
        partition.Alignment.Verdict == AlignmentVerdict.Harmful
            ? "Not on a 4 KiB boundary: each block the guest writes becomes two reads and two writes below it."
            : "Not on a 1 MiB boundary: stripes, erase blocks and image clusters may be split.");

    private static IEnumerable<Finding> OfContent(PartitionContent content)
    {
        string where = Name(content.Partition);
        if (content.Refusal.Length > 0)
        {
            string prefix = content.FileSystem is null ? "Cannot be read, so preparing refuses the disk." : "Can be read, but preparing refuses the disk.";
            yield return new Finding(FindingSeverity.Refused, "file-system", where, $"{prefix} {content.Refusal}");
        }

        if (content.IsOpaque)
        {
            yield return new Finding(
                FindingSeverity.Unsafe,
                "not-looked-into",
                $"{where}: {content.Type}",
                "ImagePrep does not read this. Preparing copies it as it is, with every key and identity that may be in it.");
        }

        if (content.Recovery.Length > 0)
        {
            yield return new Finding(
                FindingSeverity.Note,
                "recovery",
                $"{where}: {content.Recovery}",
                "The machine was not shut down. Preparing finishes what waits in the journal; the base stays as it is.");
        }
    }

    /// <summary>"PrimaryDamaged" as "primary-damaged".</summary>
    private static string Kebab(string name) =>
        string.Concat(name.Select((letter, index) => char.IsAsciiLetterUpper(letter) ? (index > 0 ? "-" : "") + char.ToLowerInvariant(letter) : $"{letter}"));
}
