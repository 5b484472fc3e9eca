using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>What both layouts of a new qcow2 file have in common: which L2 tables it needs, and the fields of its header that follow from the disk.</summary>
internal sealed class Qcow2Geometry
{
    private readonly ClusterPlan _plan;

    /// <exception cref="ArgumentException">The disk is too large for its clusters.</exception>
    public Qcow2Geometry(ClusterPlan plan)
    {
        _plan = plan;
        int entriesBits = plan.ClusterBits - 3;
        long entries = Qcow2Header.DivideUp(plan.ClusterCount, 1L << entriesBits);
        if (entries > Qcow2Header.MaxL1Bytes / sizeof(ulong))
        {
            throw TooLarge(plan);
        }

        ClusterPlan mapped = plan.Mapped ?? plan;
        List<int> used = [];
        for (long cluster = mapped.NextUsed(0); cluster < plan.ClusterCount; cluster = mapped.NextUsed((used[^1] + 1L) << entriesBits))
        {
            used.Add((int)(cluster >> entriesBits));
        }

        UsedL1 = [.. used];

        // An empty disk, too, has an L1 table: QEMU reads one entry, and its check calls an unused cluster a leak.
        L1Size = (int)Math.Max(1, entries);
        MostRefcounts = Qcow2Refcounts.For(1 + L1Clusters + UsedL1.Length + plan.UsedCount, plan.ClusterBits);
        if (MostRefcounts.TableClusters << plan.ClusterBits > Math.Max(Qcow2Header.MaxRefcountTableBytes, plan.ClusterSize))
        {
            throw TooLarge(plan);
        }
    }

    /// <summary>Indexes of the L1 entries that have an L2 table, ascending.</summary>
    public int[] UsedL1 { get; }

    /// <summary>In entries.</summary>
    public int L1Size { get; }

    public long L1Clusters => Qcow2Header.DivideUp(L1Size * (long)sizeof(ulong), _plan.ClusterSize);

    /// <summary>Room for the reference counts when every used cluster is stored whole. Compressed ones need no more.</summary>
    public Qcow2Refcounts MostRefcounts { get; }

    /// <summary>QEMU counts disks in sectors: a raw disk that ends inside one is padded with zeros.</summary>
    public static long DiskSize(ClusterPlan plan) => Qcow2Header.DivideUp(plan.Length, Qcow2ClusterEntry.SectorSize) * Qcow2ClusterEntry.SectorSize;

    /// <summary>A header that lacks only the places of the tables.</summary>
    public Qcow2Header Header(OutputOptions options) => new()
    {
        Version = (uint)options.Qcow2Version,
        ClusterBits = _plan.ClusterBits,
        Size = DiskSize(_plan),
        L1Size = L1Size,
    };

    private static ArgumentException TooLarge(ClusterPlan plan) =>
        new($"A disk of {plan.Length} bytes is too large for qcow2 with clusters of {plan.ClusterSize} bytes; choose larger clusters.", nameof(plan));
}
