using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Writes small qcow2 overlays: version 3, the backing file's name with its format, exact reference counts. Only parts that are not zero are
/// written, so the cost of an overlay depends on its clusters and not on the size of the disk.
/// </summary>
public static class OverlayWriter
{
    /// <summary>Writes one overlay, safely: it appears complete or not at all.</summary>
    /// <param name="path">The file to make.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="options">Overwrite, flush, digest, mode and verification; format and cluster size are the content's.</param>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static WrittenImage Write(string path, OverlayContent content, OutputOptions? options = null)
    {
        options ??= new OutputOptions();
        OverlayContent.Validate(content);
        using PendingFile pending = PendingFile.Create(path, options.Overwrite, options.Mode);
        WrittenImage written = DiskSpace.Explain(pending.Path, needed: null, () => Fill(pending, content, options));
        if (options.Flush)
        {
            pending.Flush();
        }

        options.Verify?.Invoke(pending.TemporaryPath);
        pending.Publish();
        if (options.Flush)
        {
            Durability.FlushFolder(pending.Folder);
        }

        return written;
    }

    /// <summary>Writes one overlay of many; it gets its name when the batch is committed.</summary>
    /// <param name="batch">Says folder, overwriting, permissions, and how to flush. Several threads may write to one batch.</param>
    /// <param name="fileName">Name in the batch's folder.</param>
    /// <param name="content">What it holds.</param>
    public static WrittenImage Write(OutputBatch batch, string fileName, OverlayContent content)
    {
        ArgumentNullException.ThrowIfNull(batch);
        OverlayContent.Validate(content);
        return batch.Add(fileName, pending => DiskSpace.Explain(pending.Path, needed: null, () => Fill(pending, content, batch.Options)));
    }

    private static WrittenImage Fill(PendingFile pending, OverlayContent content, OutputOptions options)
    {
        OverlayLayout layout = new(content);
        using SequentialOutput output = new(pending.Handle, options.ComputeDigest);
        output.Write(0, Header(content, layout));
        for (long block = 0; block < layout.Refcounts.BlockClusters; block++)
        {
            output.WriteEntry(layout.RefcountTable + (block * sizeof(ulong)), (ulong)(layout.RefcountBlocks + (block << content.ClusterBits)));
        }

        WriteRefcounts(output, layout);
        WriteMap(output, content, layout);
        long data = layout.Data;
        foreach (OverlayCluster cluster in content.Clusters)
        {
            if (!IsZero(cluster))
            {
                output.Write(data, cluster.Bytes.Span);
                data += cluster.Bytes.Length;
            }
        }

        string? digest = output.Finish(layout.Length);
        return new WrittenImage(pending.Path, DiskFormat.Qcow2, content.VirtualSize, layout.Length, layout.DataClusters, digest);
    }

    private static byte[] Header(OverlayContent content, OverlayLayout layout) => BackingFile.Head(
        new Qcow2Header
        {
            ClusterBits = content.ClusterBits,
            Size = content.VirtualSize,
            L1Size = layout.L1Size,
            L1TableOffset = layout.L1,
            RefcountTableOffset = layout.RefcountTable,
            RefcountTableClusters = (int)layout.Refcounts.TableClusters,
        },
        content.Backing);

    /// <summary>Every cluster of the file is used exactly once.</summary>
    private static void WriteRefcounts(SequentialOutput output, OverlayLayout layout)
    {
        byte[] counts = new byte[2 * (layout.Length >> layout.ClusterBits)];
        for (int i = 1; i < counts.Length; i += 2)
        {
            counts[i] = 1;
        }

        output.Write(layout.RefcountBlocks, counts);
    }

    private static void WriteMap(SequentialOutput output, OverlayContent content, OverlayLayout layout)
    {
        for (int i = 0; i < layout.UsedL1.Count; i++)
        {
            ulong table = (ulong)(layout.L2 + ((long)i << content.ClusterBits));
            output.WriteEntry(layout.L1 + (layout.UsedL1[i] * (long)sizeof(ulong)), table | Qcow2ClusterEntry.Copied);
        }

        int entriesBits = content.ClusterBits - 3;
        int used = 0;
        long data = layout.Data;
        foreach (OverlayCluster cluster in content.Clusters)
        {
            while (layout.UsedL1[used] != cluster.Index >> entriesBits)
            {
                used++;
            }

            bool zero = IsZero(cluster);
            long entry = layout.L2 + ((long)used << content.ClusterBits) + ((cluster.Index & ((1L << entriesBits) - 1)) * sizeof(ulong));
            output.WriteEntry(entry, zero ? Qcow2ClusterEntry.ReadsAsZero : (ulong)data | Qcow2ClusterEntry.Copied);
            data += zero ? 0 : cluster.Bytes.Length;
        }
    }

    private static bool IsZero(OverlayCluster cluster) => !cluster.Bytes.Span.ContainsAnyExcept((byte)0);

    /// <summary>Where everything lies: header, refcount table, refcount blocks, L1 table, L2 tables, data, as in a full image.</summary>
    private sealed class OverlayLayout
    {
        public OverlayLayout(OverlayContent content)
        {
            ClusterBits = content.ClusterBits;
            int entriesBits = content.ClusterBits - 3;
            long entries = Qcow2Header.DivideUp(Qcow2Header.DivideUp(content.VirtualSize, 1L << content.ClusterBits), 1L << entriesBits);
            if (entries > Qcow2Header.MaxL1Bytes / sizeof(ulong))
            {
                throw new ArgumentException($"A disk of {content.VirtualSize} bytes is too large for clusters of {1 << ClusterBits} bytes.", nameof(content));
            }

            L1Size = (int)entries;
            foreach (OverlayCluster cluster in content.Clusters)
            {
                int l1Index = (int)(cluster.Index >> entriesBits);
                if (UsedL1.Count == 0 || UsedL1[^1] != l1Index)
                {
                    UsedL1.Add(l1Index);
                }

                DataClusters += IsZero(cluster) ? 0 : 1;
            }

            long l1Clusters = Qcow2Header.DivideUp(entries * sizeof(ulong), 1L << ClusterBits);
            Refcounts = Qcow2Refcounts.For(1 + l1Clusters + UsedL1.Count + DataClusters, ClusterBits);
            RefcountTable = 1L << ClusterBits;
            RefcountBlocks = RefcountTable + (Refcounts.TableClusters << ClusterBits);
            L1 = RefcountBlocks + (Refcounts.BlockClusters << ClusterBits);
            L2 = L1 + (l1Clusters << ClusterBits);
            Data = L2 + ((long)UsedL1.Count << ClusterBits);
            Length = Data + ((long)DataClusters << ClusterBits);
        }

        public int ClusterBits { get; }

        public int L1Size { get; }

        public List<int> UsedL1 { get; } = [];

        public int DataClusters { get; }

        public Qcow2Refcounts Refcounts { get; }

        public long RefcountTable { get; }

        public long RefcountBlocks { get; }

        public long L1 { get; }

        public long L2 { get; }

        public long Data { get; }

        public long Length { get; }
    }
}
