using ImagePrep.Catalog;
using ImagePrep.Containers;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Inspection;

/// <summary>Looks at a disk and says what is there, what clones would share, and what would be refused. Reads only.</summary>
public static class DiskInspector
{
    public static InspectionReport Inspect(ImageSource image, GuestCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(image);
        DiskImage disk = image.Disk;
        DiskLayout layout = DiskLayout.Read(disk);
        List<Finding> findings = [.. disk.Notes.Select(note => new Finding(FindingSeverity.Note, "image", "image file", $"{note}."))];
        findings.AddRange(DiskFindings.Of(layout));
        RealignmentTrial realignment = RealignmentTrial.Of(disk, layout.Table);
        findings.AddRange(realignment.Refusals);

        IReadOnlyList<Mount> mounts = [];
        Guest? guest = null;
        try
        {
            mounts = layout.FindMounts();
            GuestTree files = new(mounts);
            guest = GuestFinder.Describe(files);
            findings.AddRange(GuestFindings.Of(files, guest, catalog, layout.Contents));
        }
        catch (Exception exception) when (exception is UnsupportedImageException or CorruptImageException)
        {
            findings.Add(new Finding(FindingSeverity.Refused, "guest", "guest", exception.Message));
        }

        Dictionary<int, PartitionContent> contents = layout.Contents.ToDictionary(content => content.Partition.Number);
        return new InspectionReport(
            image.FormatName,
            image.FileLength,
            [.. image.Backing.Select(file => new BackingFile(Path.GetFileName(file.Path), file.Format, file.Length))],
            Descriptions.Of(layout.Table, layout.Contents),
            layout.Table.DiskId ?? "",
            layout.Table.ReadFrom.ToString().ToLowerInvariant(),
            [.. layout.Table.InDiskOrder.Select(partition => Describe(partition, contents.GetValueOrDefault(partition.Number), layout.Table, mounts))],
            realignment.Result,
            guest is null ? null : Descriptions.Of(guest),
            [.. findings.OrderByDescending(finding => finding.Severity)]);
    }

    private static PartitionInspection Describe(Partition partition, PartitionContent? content, PartitionTable table, IReadOnlyList<Mount> mounts)
    {
        FileSystemSummary? summary = content?.FileSystem?.Summary;
        return new PartitionInspection(
            partition.Number,
            partition.Kind.ToString().ToLowerInvariant(),
            partition.IsActive,
            partition.Range.Start,
            partition.Range.Length,
            partition.Alignment.Granularity,
            partition.Alignment.Verdict.ToString().ToLowerInvariant(),
            partition.Type.Name,
            partition.Name ?? "",
            PartitionUuid.Of(table, partition),
            content?.Type ?? "",
            summary?.Variant ?? "",
            content?.Uuid ?? "",
            content?.Label ?? "",
            summary?.FreeBytes ?? 0,
            mounts.FirstOrDefault(mount => mount.PartitionNumber == partition.Number)?.Point.ToString() ?? "",
            summary?.Features ?? [],
            content?.Refusal ?? "");
    }
}
