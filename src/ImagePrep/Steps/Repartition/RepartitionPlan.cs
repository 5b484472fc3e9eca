using ImagePrep.Steps.Repartition.BootLoaders;
using ImagePrep.Steps.Repartition.VolumeStarts;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>
/// What realigning a disk means: which partition goes where, which bytes follow it, and the disk that results. Made by reading alone;
/// nothing is copied until someone reads the composed disk.
/// </summary>
public sealed class RepartitionPlan
{
    /// <summary>
    /// A disk that must grow grows to a multiple of this: VHD and VHDX writers, and the clouds that take them, want whole mebibytes, and every
    /// cluster size of up to 1 MiB divides it. A disk that need not grow keeps its length, whatever it is.
    /// </summary>
    public const int GrowthUnit = 1 << 20;

    private readonly IReadOnlyList<GrubInstall> _grubs;

    private RepartitionPlan(
        PartitionTable before,
        PartitionTable after,
        IReadOnlyList<PartitionMove> partitions,
        IReadOnlyList<BytePatch> patches,
        IReadOnlyList<GrubInstall> grubs)
    {
        _grubs = grubs;
        Before = before;
        After = after;
        Partitions = partitions;
        Patches = patches;
    }

    public PartitionTable Before { get; }

    /// <summary>The same object as <see cref="Before"/> when nothing moves.</summary>
    public PartitionTable After { get; }

    /// <summary>Every partition but extended ones, in disk order, whether it moves or not.</summary>
    public IReadOnlyList<PartitionMove> Partitions { get; }

    /// <summary>Every partition before and after, in disk order; extended ones too, which may also grow.</summary>
    public IEnumerable<(Partition Before, Partition After)> AllPlaces
    {
        get
        {
            Dictionary<int, Partition> after = After.Partitions.ToDictionary(partition => partition.Number);
            return Before.InDiskOrder.Select(partition => (partition, after[partition.Number]));
        }
    }

    /// <summary>What points at sectors and follows the moves, besides the table.</summary>
    public IReadOnlyList<BytePatch> Patches { get; }

    public bool ChangesNothing => ReferenceEquals(Before, After);

    /// <summary>A plan that leaves every partition where it is: for a recipe that does not ask for more.</summary>
    public static RepartitionPlan Unchanged(PartitionTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        PartitionMove[] partitions = [.. table.InDiskOrder
            .Where(partition => partition.Kind != PartitionKind.Extended)
            .Select(partition => new PartitionMove(partition, partition.Range, partition.Range))];
        return Unchanged(table, partitions);
    }

    /// <param name="disk">The base. Boot sectors, GRUB's core.img, where boot ROMs look, and the folders of FAT partitions that move are read.</param>
    /// <param name="table">The table of that disk.</param>
    /// <param name="options">The boundary.</param>
    /// <exception cref="UnsupportedImageException">Something must move that cannot be moved, or would not boot afterwards.</exception>
    public static RepartitionPlan Create(IBlockReader disk, PartitionTable table, RepartitionOptions options)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.IsValid)
        {
            throw new ArgumentException(
                $"The boundary is {options.Boundary} bytes; it must be a positive multiple of {Alignment.Minimum}.", nameof(options));
        }

        if (disk.Length != table.DiskLength)
        {
            throw new ArgumentException($"The disk has {disk.Length} bytes, its table was read from one of {table.DiskLength}.", nameof(disk));
        }

        if (table.Scheme == PartitionScheme.None)
        {
            PartitionMove whole = new(table.Partitions[0], table.Partitions[0].Range, table.Partitions[0].Range);
            return Unchanged(table, [whole]);
        }

        PlannedLayout layout = PartitionLayout.Place(table, options.Boundary, RomLoaders.FindOn(disk));
        IReadOnlyList<PartitionMove> partitions = layout.Moves;
        if (!partitions.Any(move => move.IsMove))
        {
            return Unchanged(table, partitions);
        }

        table.EnsureRewritable();
        PartitionTable after = table.Relocate(layout.FirstSectors, LengthFor(table, layout));
        IReadOnlyList<GrubInstall> grubs = BootLoaderFinder.Find(
            disk, new SectorMap(table, partitions, after), BootPlace.AllOf(table, layout.FirstSectors));
        IReadOnlyList<BytePatch> starts = VolumeStartPatches.PatchesFor(disk, partitions, after);

        // Two boot sectors may share one core.img, and so its list.
        IEnumerable<BytePatch> patches = grubs.SelectMany(grub => grub.Patches()).DistinctBy(patch => patch.Offset).Concat(starts);
        return new RepartitionPlan(table, after, partitions, [.. patches], grubs);
    }

    /// <summary>
    /// The realigned disk over the base: the boot gap and the partitions are slices of it, the table and the patched blocks lie above. What is
    /// between partitions is no one's and reads as zero. When nothing changes this is the base itself.
    /// </summary>
    /// <exception cref="ArgumentException">The disk is not the one this plan was made for.</exception>
    public IBlockReader Compose(IBlockReader disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        if (disk.Length != Before.DiskLength)
        {
            throw NotTheSameDisk(nameof(disk), $"it has {disk.Length} bytes instead of {Before.DiskLength}");
        }

        if (ChangesNothing)
        {
            return disk;
        }

        // The gap before the first partition holds GRUB's core.img, U-Boot or another loader, at sectors that others name: it is kept where it is.
        ByteRange gap = ByteRange.FromBounds(0, Partitions[0].From.Start);
        OverlayDevice composed = new(new ComposedReader(
            After.DiskLength,
            [(0, new BlockSlice(disk, gap)), .. Partitions.Select(move => (move.To.Start, (IBlockReader)new BlockSlice(disk, move.From)))]));

        // An extended partition's old records lie in what was the gap, when no primary partition is before it.
        foreach (ByteRange stale in Before.TableRanges.Where(gap.Contains))
        {
            composed.WriteAt(stale.Start, new byte[stale.Length]);
        }

        foreach (TableBytes part in After.Serialize())
        {
            composed.WriteAt(part.Offset, part.Bytes.Span);
        }

        // After the table, whose first sector holds boot code too.
        ApplyPatches(composed);
        return _grubs.All(grub => grub.LoadsTheSameFrom(disk, composed))
            ? composed
            : throw NotTheSameDisk(nameof(disk), "GRUB would load another core.img from the realigned disk");
    }

    private void ApplyPatches(OverlayDevice composed)
    {
        foreach (BytePatch patch in Patches)
        {
            if (!composed.ReadBytes(patch.Offset, patch.Expected.Length).AsSpan().SequenceEqual(patch.Expected.Span))
            {
                throw NotTheSameDisk(nameof(composed), $"the {patch.What} is not what it was when the plan was made");
            }

            composed.WriteAt(patch.Offset, patch.Replacement.Span);
        }
    }

    private static RepartitionPlan Unchanged(PartitionTable table, IReadOnlyList<PartitionMove> partitions) =>
        new(table, table, partitions, patches: [], grubs: []);

    private static long LengthFor(PartitionTable table, PlannedLayout layout)
    {
        long needed = layout.End + (table.TailSectors * table.SectorSize);
        return needed <= table.DiskSectors * table.SectorSize
            ? table.DiskLength
            : (needed + GrowthUnit - 1) / GrowthUnit * GrowthUnit;
    }

    private static ArgumentException NotTheSameDisk(string parameter, string why) =>
        new($"This is not the disk that the plan was made for: {why}.", parameter);
}
