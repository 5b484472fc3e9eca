using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>What must hold for every plan, over thousands of random tables.</summary>
public sealed class RepartitionPlanPropertyTests
{
    private const int Layouts = 1500;

    private static readonly int[] Boundaries = [4096, 65536, 1 << 20, 3 * 4096, 2 << 20];

    [Fact]
    public void Create_RandomMbr_HoldsEveryPromise() => CheckAll(RandomLayouts.Mbr);

    [Fact]
    public void Create_RandomLogicalPartitions_HoldsEveryPromise() => CheckAll(RandomLayouts.Extended);

    [Fact]
    public void Create_RandomGpt_HoldsEveryPromise() => CheckAll(RandomLayouts.Gpt);

    [Fact]
    public void Create_MutatedDisk_IsPlannedSanelyOrRefused()
    {
        int planned = 0;
        for (int seed = 0; seed < Layouts; seed++)
        {
            Random random = new(seed);
            MemoryDevice disk = (seed % 3) switch { 0 => RandomLayouts.Mbr(seed), 1 => RandomLayouts.Extended(seed), _ => RandomLayouts.Gpt(seed) };
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                // The table, where boot loaders leave their marks, and the boot sectors' fields.
                long place = random.Next(3) == 0 ? random.NextInt64(disk.Length) : 0x1BE + random.Next(random.Next(2) == 0 ? 64 : 16 * 1024);
                disk.WriteAt(Math.Min(place, disk.Length - 1), [(byte)random.Next(256)]);
            }

            planned += IsPlannedSanely(disk, $"seed {seed}") ? 1 : 0;
        }

        planned.ShouldBeInRange(Layouts / 10, Layouts - (Layouts / 100));
    }

    private static bool IsPlannedSanely(MemoryDevice disk, string what)
    {
        RepartitionPlan plan;
        try
        {
            plan = RepartitionPlan.Create(disk, PartitionTable.Read(disk), new RepartitionOptions());
        }
        catch (Exception refusal) when (refusal is CorruptImageException or UnsupportedImageException)
        {
            return false;
        }

        PartitionTable after = PartitionTable.Read(plan.Compose(disk));
        after.Partitions.Select(p => p.Range).ShouldBe(plan.After.Partitions.Select(p => p.Range), what);
        return true;
    }

    private static void CheckAll(Func<int, MemoryDevice> make)
    {
        int moved = 0;
        for (int seed = 0; seed < Layouts; seed++)
        {
            RepartitionOptions options = new() { Boundary = Boundaries[seed % Boundaries.Length] };
            moved += CheckOne(make(seed), options, $"seed {seed}, boundary {options.Boundary}") ? 1 : 0;
        }

        // Both kinds of layout must occur, or half of this tests nothing.
        moved.ShouldBeInRange(Layouts / 10, Layouts - (Layouts / 100));
    }

    private static bool CheckOne(MemoryDevice disk, RepartitionOptions options, string what)
    {
        PartitionTable before = PartitionTable.Read(disk);
        RepartitionPlan plan = RepartitionPlan.Create(disk, before, options);
        IBlockReader composed = plan.Compose(disk);
        PartitionTable after = PartitionTable.Read(composed);

        composed.Length.ShouldBeGreaterThanOrEqualTo(disk.Length, what);
        (composed.Length == disk.Length || composed.Length % (1 << 20) == 0).ShouldBeTrue(what);
        after.Findings.Select(finding => finding.Kind).ShouldBe(before.Findings.Select(finding => finding.Kind), what);
        after.DiskId.ShouldBe(before.DiskId, what);
        after.InDiskOrder.Select(p => p.Number).ShouldBe(before.InDiskOrder.Select(p => p.Number), what);
        after.Partitions.Select(Identity).ShouldBe(before.Partitions.Select(Identity), what);
        after.Partitions.Select(p => p.Range).ShouldBe(plan.After.Partitions.Select(p => p.Range), what);
        composed.ReadBytes(0, 0x1BE).ShouldBe(disk.ReadBytes(0, 0x1BE), what);
        CheckPlaces(plan, before, options.Boundary, what);
        CheckFrames(before, after, what);
        CheckContent(plan, disk, composed, what);

        RepartitionPlan again = RepartitionPlan.Create(composed, after, options);
        again.ChangesNothing.ShouldBeTrue(what);
        again.Compose(composed).ShouldBeSameAs(composed, what);
        return !plan.ChangesNothing;
    }

    /// <summary>What an extended partition holds may need more room for records; all others keep their size.</summary>
    private static void CheckFrames(PartitionTable before, PartitionTable after, string what)
    {
        foreach (Partition frame in after.Partitions.Where(p => p.Kind == PartitionKind.Extended))
        {
            frame.SectorCount.ShouldBeGreaterThanOrEqualTo(before.Partitions.Single(p => p.Number == frame.Number).SectorCount, what);
            after.Partitions.Where(p => p.Kind == PartitionKind.Logical).ShouldAllBe(p => frame.Range.Contains(p.Range), what);
            after.TableRanges.Skip(1).ShouldAllBe(record => frame.Range.Contains(record), what);
            after.TableRanges.Count.ShouldBeLessThanOrEqualTo(before.TableRanges.Count, what);
        }
    }

    private static string Identity(Partition p) =>
        $"{p.Number} {p.Type.Id} {(p.Kind == PartitionKind.Extended ? 0 : p.SectorCount)} {p.IsActive} {p.Attributes:x} {p.Name} {p.UniqueId}";

    private static void CheckPlaces(RepartitionPlan plan, PartitionTable before, int boundary, string what)
    {
        long free = before.FirstUsableSector * before.SectorSize;
        Partition? frame = plan.After.Partitions.FirstOrDefault(p => p.Kind == PartitionKind.Extended);
        foreach (PartitionMove move in plan.Partitions)
        {
            if (frame is not null && frame.Range.Start < move.To.Start && move.Partition.Kind != PartitionKind.Logical)
            {
                free = Math.Max(free, frame.Range.End);
            }

            (move.To.Start % boundary).ShouldBe(0, what);
            move.To.Length.ShouldBe(move.From.Length, what);
            move.To.Start.ShouldBeGreaterThanOrEqualTo(Math.Max(move.From.Start, free), what);

            // No further than needed: one boundary to the left is taken, or left of where it was; a logical partition leaves one for its record.
            bool stays = move.To.Start == move.From.Start;
            int room = move.Partition.Kind == PartitionKind.Logical ? 2 * boundary : boundary;
            (stays || move.To.Start - room < Math.Max(move.From.Start, free)).ShouldBeTrue(what);
            free = move.To.End;
        }
    }

    private static void CheckContent(RepartitionPlan plan, MemoryDevice disk, IBlockReader composed, string what)
    {
        foreach (PartitionMove move in plan.Partitions)
        {
            byte[] was = disk.ReadBytes(move.From.Start, (int)move.From.Length);
            byte[] now = composed.ReadBytes(move.To.Start, (int)move.To.Length);
            was.AsSpan().SequenceEqual(now).ShouldBeTrue($"{what}: {move.Partition}");
        }

        ByteRange gap = DiskMap.Of(plan.Before).FirstOrDefault(segment => segment.Kind == DiskSegmentKind.BootGap)?.Range ?? default;
        disk.ReadBytes(gap.Start, (int)gap.Length).AsSpan().SequenceEqual(composed.ReadBytes(gap.Start, (int)gap.Length)).ShouldBeTrue(what);
    }
}
