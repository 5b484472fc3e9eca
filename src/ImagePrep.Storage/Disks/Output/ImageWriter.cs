using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Blocks.Native;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Writes a disk as a new image file. First the clusters that hold data are found, which fixes the layout; then everything is read, written and
/// hashed in one streaming pass. The same content and options give the same bytes, wherever the content came from.
/// </summary>
public static class ImageWriter
{
    /// <param name="content">The disk; it must stay the same and allow reads from several threads.</param>
    /// <param name="path">The file to make. It appears complete or not at all.</param>
    /// <param name="options">Format and safety; null for the defaults.</param>
    /// <param name="progress">Told how far the copy is, from worker threads.</param>
    /// <param name="cancellation">Cancelling leaves nothing behind.</param>
    /// <exception cref="IOException">The file exists, cannot be written, or does not fit on its file system.</exception>
    public static WrittenImage Write(
        IBlockReader content,
        string path,
        OutputOptions? options = null,
        IProgress<CopyProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= new OutputOptions();
        OutputOptions.Validate(options);
        using PendingFile pending = PendingFile.Create(path, options.Overwrite, options.Mode);
        ClusterPlan plan = ClusterPlan.Scan(content, options, cancellation);
        bool isRaw = options.Format == DiskFormat.Raw;
        long data = plan.UsedCount << plan.ClusterBits;
        IImageCopier copier;
        long? needed;
        if (options.Compression == OutputCompression.None)
        {
            IBlockReader file = isRaw ? new PlannedContent(content, plan) : new Qcow2FileView(content, plan, options);
            needed = isRaw ? data : file.Length;
            copier = new FileCopier(file, pending.Handle, options, Reporter(progress, needed.Value), cancellation);
        }
        else
        {
            // How much compressed data takes is known when it is written.
            needed = null;
            copier = new CompressedImageCopier(content, plan, pending.Handle, options, Reporter(progress, data), cancellation);
        }

        string? digest = DiskSpace.Explain(pending.Path, needed, () => Copy(copier, pending, options, cancellation));
        return new WrittenImage(
            pending.Path,
            options.Format,
            isRaw ? content.Length : Qcow2Geometry.DiskSize(plan),
            copier.Length,
            plan.UsedCount,
            digest);
    }

    private static Action<long> Reporter(IProgress<CopyProgress>? progress, long total)
    {
        long done = 0;
        return count => progress?.Report(new CopyProgress(Interlocked.Add(ref done, count), total));
    }

    private static string? Copy(IImageCopier copier, PendingFile pending, OutputOptions options, CancellationToken cancellation)
    {
        copier.Write();

        // Flush, hash and verification need different resources (disk, one core, another core): they run side by side.
        Task flush = options.Flush ? Task.Run(pending.Flush, CancellationToken.None) : Task.CompletedTask;
        try
        {
            options.Verify?.Invoke(pending.TemporaryPath);
            cancellation.ThrowIfCancellationRequested();
        }
        catch
        {
            copier.Abandon();
            Task.WaitAny([flush], CancellationToken.None);
            throw;
        }

        string? digest = copier.WaitForDigest();
        flush.GetAwaiter().GetResult();
        cancellation.ThrowIfCancellationRequested();
        pending.Publish();
        if (options.Flush)
        {
            Durability.FlushFolder(pending.Folder);
        }

        return digest;
    }
}
