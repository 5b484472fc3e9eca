using ImagePrep.Containers;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Inspection;

/// <summary>Looks at a disk and says what is there, what clones would share, and what would be refused. Reads only.</summary>
public static class DiskInspector
{
    public static InspectionReport Inspect(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        DiskImage disk = image.Disk;
        PartitionTable table = PartitionTable.Read(disk);
        IReadOnlyList<PartitionContent> contents = PartitionContent.Inspect(disk, table);
        List<Finding> findings = [.. table.Findings.Select(finding => new Finding(FindingSeverity.Note, "partition-table", finding.Kind.ToString(), finding.Message))];
        findings.AddRange(disk.Notes.Select(note => new Finding(FindingSeverity.Note, "image", "image file", $"{note}.")));

        IReadOnlyList<Mount> mounts = [];
        Guest? guest = null;
        try
        {
            mounts = GuestFinder.FindMounts(GuestDisk.Candidates(contents, table));
            GuestTree files = new(mounts);
            guest = GuestFinder.Describe(files);
            findings.AddRange(GuestFindings.Of(files, guest));
        }
        catch (Exception exception) when (exception is UnsupportedImageException or CorruptImageException)
        {
            findings.Add(new Finding(FindingSeverity.Refused, "guest", "guest", exception.Message));
        }

        PartitionInspection[] partitions = [.. table.InDiskOrder.Select(partition => Describe(partition, contents, mounts))];
        findings.AddRange(partitions.Where(partition => partition.Alignment != "aligned").Select(partition => new Finding(
            FindingSeverity.Unsafe, "alignment", $"partition {partition.Number}, which starts at byte {partition.StartByte}", AlignmentText(partition))));
        findings.AddRange(partitions.Where(partition => partition.Refusal.Length > 0).Select(partition => new Finding(
            FindingSeverity.Refused, "file-system", $"partition {partition.Number}", partition.Refusal)));
        findings.AddRange(contents.Where(content => content.Recovery.Length > 0).Select(content => new Finding(
            FindingSeverity.Note,
            "recovery",
            $"partition {content.Partition.Number}: {content.Recovery}",
            "The machine was not shut down. Preparing finishes what waits in the journal; the base stays as it is.")));
        return new InspectionReport(
            image.FormatName,
            image.FileLength,
            Descriptions.Of(table, contents),
            table.DiskId ?? "",
            table.ReadFrom.ToString().ToLowerInvariant(),
            partitions,
            guest is null ? null : Descriptions.Of(guest),
            [.. findings.OrderByDescending(finding => finding.Severity)]);
    }

    private static string AlignmentText(PartitionInspection partition) => partition.Alignment == "harmful"
        ? "Not on a 4 KiB boundary: each block the guest writes becomes two reads and two writes below it."
        : "Not on a 1 MiB boundary: stripes, erase blocks and image clusters may be split.";

    private static PartitionInspection Describe(Partition partition, IReadOnlyList<PartitionContent> contents, IReadOnlyList<Mount> mounts)
    {
        PartitionContent? content = contents.FirstOrDefault(candidate => candidate.Partition.Number == partition.Number);
        Storage.FileSystems.FileSystemSummary? summary = content?.FileSystem?.Summary;
        return new PartitionInspection(
            partition.Number,
            partition.IsActive,
            partition.Range.Start,
            partition.Range.Length,
            partition.Alignment.Granularity,
            partition.Alignment.Verdict.ToString().ToLowerInvariant(),
            partition.Type.Name,
            content?.Type ?? "",
            summary?.Uuid ?? "",
            summary?.Label ?? "",
            summary?.FreeBytes ?? 0,
            mounts.FirstOrDefault(mount => mount.PartitionNumber == partition.Number)?.Point.ToString() ?? "",
            summary?.Features ?? [],
            content?.Refusal ?? "",
            summary?.Variant ?? "");
    }
}
