using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Disks.Raw;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>Bytes to put at an offset of an image file (not of the disk inside it).</summary>
public readonly record struct FilePatch(long FileOffset, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Copies an image file and patches the copy. Where the file system can, the copy shares all unpatched blocks with its source; else the kernel
/// copies, and holes stay holes.
/// </summary>
public static class ImageCloner
{
    private const int BufferSize = 1 << 20;

    /// <summary>Makes one copy, safely: it appears complete or not at all.</summary>
    /// <param name="source">An image file that nobody writes to.</param>
    /// <param name="target">The file to make.</param>
    /// <param name="patches">Applied before the copy gets its name. <see cref="DiskImage.LocateInFile"/> gives the offsets.</param>
    /// <param name="options">Overwrite, flush, digest, mode and verification. A digest has to read the whole copy once.</param>
    /// <param name="cancellation">Cancelling leaves nothing behind.</param>
    /// <returns>The SHA-256 of the copy in lower-case hexadecimal, when asked for.</returns>
    /// <exception cref="IOException">The source cannot be read, the target exists, or it does not fit.</exception>
    public static string? Clone(
        string source, string target, IReadOnlyList<FilePatch> patches, OutputOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new OutputOptions();
        using HostFile from = HostFile.Open(source);
        Validate(from, patches);
        using PendingFile pending = PendingFile.Create(target, options.Overwrite, options.Mode);
        DiskSpace.Explain(pending.Path, needed: null, () => Fill(from, pending.Handle, patches, cancellation));
        Task flush = options.Flush ? Task.Run(pending.Flush, CancellationToken.None) : Task.CompletedTask;
        try
        {
            string? digest = options.ComputeDigest ? FileDigest.Sha256(pending.Handle, cancellation) : null;
            options.Verify?.Invoke(pending.TemporaryPath);
            flush.GetAwaiter().GetResult();
            cancellation.ThrowIfCancellationRequested();
            pending.Publish();
            if (options.Flush)
            {
                Durability.FlushFolder(pending.Folder);
            }

            return digest;
        }
        finally
        {
            Task.WaitAny([flush], CancellationToken.None);
        }
    }

    private static void Validate(HostFile source, IReadOnlyList<FilePatch> patches)
    {
        foreach (FilePatch patch in patches)
        {
            if (patch.FileOffset < 0 || patch.FileOffset > source.Length - patch.Bytes.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(patches), patch.FileOffset, $"The patch of {patch.Bytes.Length} bytes is not inside the file of {source.Length} bytes.");
            }
        }
    }

    private static bool Fill(HostFile source, SafeFileHandle target, IReadOnlyList<FilePatch> patches, CancellationToken cancellation)
    {
        if (!FileCloning.TryShareBlocks(source.Handle, target))
        {
            RandomAccess.SetLength(target, source.Length);
            foreach (ByteRange data in source.DataRanges(new ByteRange(0, source.Length)))
            {
                CopyRange(source, target, data, cancellation);
            }
        }

        source.VerifyUnchanged();
        foreach (FilePatch patch in patches)
        {
            RandomAccess.Write(target, patch.Bytes.Span, patch.FileOffset);
        }

        return true;
    }

    private static void CopyRange(HostFile source, SafeFileHandle target, ByteRange range, CancellationToken cancellation)
    {
        const long Step = 64L << 20;
        byte[] buffer = [];
        for (long start = range.Start; start < range.End; start += Step)
        {
            cancellation.ThrowIfCancellationRequested();
            ByteRange part = ByteRange.FromBounds(start, Math.Min(start + Step, range.End));
            long position = part.Start + FileCloning.CopyInKernel(source.Handle, target, part);
            while (position < part.End)
            {
                buffer = buffer.Length > 0 ? buffer : GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, part.End - position));
                source.ReadAt(position, piece);
                RandomAccess.Write(target, piece, position);
                position += piece.Length;
            }
        }
    }
}
