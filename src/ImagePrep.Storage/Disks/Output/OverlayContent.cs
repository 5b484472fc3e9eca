using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>One cluster that an overlay holds itself: its index on the disk, and all of its bytes.</summary>
public readonly record struct OverlayCluster(long Index, ReadOnlyMemory<byte> Bytes);

/// <summary>A qcow2 overlay: a few clusters over a backing file.</summary>
public sealed record OverlayContent
{
    /// <summary>As it will stand in the image: relative to the overlay's folder, or absolute.</summary>
    public required string BackingFileName { get; init; }

    /// <summary>Written into the image, so that nothing ever has to guess it.</summary>
    public DiskFormat BackingFormat { get; init; } = DiskFormat.Qcow2;

    /// <summary>Length of the disk in bytes, a multiple of 512.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>In ascending order, each of them whole; a cluster of zeros hides the backing file's and takes no room.</summary>
    public required IReadOnlyList<OverlayCluster> Clusters { get; init; }

    /// <summary>Cluster size of the overlay as a power of two. QEMU copies whole clusters on a guest's write, so small ones cost the guest later.</summary>
    public int ClusterBits { get; init; } = 16;

    internal BackingFile Backing => new(BackingFileName, BackingFormat);

    internal static void Validate(OverlayContent content)
    {
        if (content.ClusterBits is < Qcow2Header.MinClusterBits or > Qcow2Header.MaxClusterBits)
        {
            throw new ArgumentOutOfRangeException(nameof(content), content.ClusterBits, "A cluster is a power of two from 512 bytes to 2 MiB.");
        }

        if (content.VirtualSize <= 0 || content.VirtualSize % Qcow2ClusterEntry.SectorSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(content), content.VirtualSize, "The disk's length is a positive multiple of 512.");
        }

        content.Backing.Validate(1 << content.ClusterBits, version: 3, nameof(content));
        ValidateClusters(content);
    }

    private static void ValidateClusters(OverlayContent content)
    {
        long count = Qcow2Header.DivideUp(content.VirtualSize, 1L << content.ClusterBits);
        long previous = -1;
        foreach (OverlayCluster cluster in content.Clusters)
        {
            if (cluster.Index <= previous || cluster.Index >= count)
            {
                throw new ArgumentException($"Cluster {cluster.Index} comes after {previous} on a disk of {count} clusters.", nameof(content));
            }

            if (cluster.Bytes.Length != 1 << content.ClusterBits)
            {
                throw new ArgumentException($"Cluster {cluster.Index} has {cluster.Bytes.Length} bytes instead of {1 << content.ClusterBits}.", nameof(content));
            }

            previous = cluster.Index;
        }
    }
}
