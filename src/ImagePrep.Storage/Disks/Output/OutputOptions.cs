using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>How an image is written. The defaults are those of a golden image.</summary>
public sealed record OutputOptions
{
    public DiskFormat Format { get; init; } = DiskFormat.Qcow2;

    /// <summary>Cluster size of qcow2 in bytes: a power of two from 512 to 2 MiB. Raw images are scanned for zeros in units of it.</summary>
    public int ClusterSize { get; init; } = 64 << 10;

    /// <summary>Version of qcow2: 3, or 2 ("compat 0.10") for readers of before 2012.</summary>
    public int Qcow2Version { get; init; } = 3;

    /// <summary>Whether clusters of qcow2 are compressed. For images that are shipped: a guest that writes to one expands what it touches.</summary>
    public OutputCompression Compression { get; init; }

    /// <summary>Makes an overlay over another image, which must exist when the overlay is used, not when it is written. Qcow2 only.</summary>
    public BackingFile? Backing { get; init; }

    /// <summary>Replace a file that already has the name. Off by default: an image takes long to make and is quickly lost.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Wait until file and name are on stable storage. Off only where the caller does not need the result after a power failure.</summary>
    public bool Flush { get; init; } = true;

    /// <summary>Compute the SHA-256 of the file. A raw image is hashed with its holes, so this costs by virtual size there.</summary>
    public bool ComputeDigest { get; init; } = true;

    /// <summary>Permissions of the new file; null leaves them to the umask. Images that hold secrets want owner-only.</summary>
    public UnixFileMode? Mode { get; init; }

    /// <summary>Looks at the finished file before it gets its name; an exception means that there will be no file. Runs beside hash and flush.</summary>
    public Action<string>? Verify { get; init; }

    /// <summary>How many chunks are read and written at a time; 0 chooses by the number of processors.</summary>
    public int Workers { get; init; }

    internal int ClusterBits => System.Numerics.BitOperations.Log2((uint)ClusterSize);

    internal int WorkerCount => Workers > 0 ? Workers : Math.Clamp(Environment.ProcessorCount, 2, 8);

    internal static void Validate(OutputOptions options)
    {
        int size = options.ClusterSize;
        if (size is < 1 << Qcow2Header.MinClusterBits or > 1 << Qcow2Header.MaxClusterBits || !System.Numerics.BitOperations.IsPow2(size))
        {
            throw new ArgumentOutOfRangeException(nameof(options), size, "A cluster is a power of two from 512 bytes to 2 MiB.");
        }

        if (options.Qcow2Version is not (2 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Qcow2Version, "Versions 2 and 3 of qcow2 are written.");
        }

        if (options.Format == DiskFormat.Raw && (options.Backing is not null || options.Compression != OutputCompression.None))
        {
            throw new ArgumentException("A raw image has neither a backing file nor compression.", nameof(options));
        }

        options.Backing?.Validate(size, options.Qcow2Version, nameof(options));
    }
}

/// <summary>How the clusters of a qcow2 image are stored.</summary>
public enum OutputCompression
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>Deflate, which every reader of qcow2 knows; clusters that do not shrink stay as they are.</summary>
    Zlib,
}

/// <summary>An image that was written and has its name.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Format">Its format.</param>
/// <param name="VirtualSize">Length of the disk in bytes, as the guest sees it.</param>
/// <param name="FileLength">Length of the file in bytes.</param>
/// <param name="AllocatedClusters">How many clusters of the disk hold data.</param>
/// <param name="Sha256">Digest of the file in lower-case hexadecimal; null when it was not asked for.</param>
public sealed record WrittenImage(string Path, DiskFormat Format, long VirtualSize, long FileLength, long AllocatedClusters, string? Sha256);

/// <summary>How far a copy is, in bytes of the output that hold data.</summary>
public readonly record struct CopyProgress(long Done, long Total);
