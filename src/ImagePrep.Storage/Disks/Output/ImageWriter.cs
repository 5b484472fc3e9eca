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
        ClusterPlan plan = ClusterPlan.Scan(content, options.ClusterBits, options.WorkerCount, cancellation);
        bool isRaw = options.Format == DiskFormat.Raw;
        IBlockReader file = isRaw ? new PlannedContent(content, plan) : new Qcow2FileView(content, plan);
        long needed = isRaw ? plan.UsedCount << plan.ClusterBits : file.Length;
        string? digest = DiskSpace.Explain(pending.Path, needed, () => Copy(file, pending, options, needed, progress, cancellation));
        return new WrittenImage(
            pending.Path,
            options.Format,
            isRaw ? content.Length : Qcow2FileView.DiskSize(plan),
            file.Length,
            plan.UsedCount,
            digest);
    }

    private static string? Copy(
        IBlockReader file, PendingFile pending, OutputOptions options, long total, IProgress<CopyProgress>? progress, CancellationToken cancellation)
    {
        long done = 0;
        FileCopier copier = new(
            file,
            pending.Handle,
            options,
            count => progress?.Report(new CopyProgress(Interlocked.Add(ref done, count), total)),
            cancellation);
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
