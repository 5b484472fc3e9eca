using ImagePrep.Golden;
using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;

namespace ImagePrep.Nodes.Writing;

/// <summary>Complete raw disks: the golden disk is written out once, and each node is a patched copy of that.</summary>
internal sealed class RawNodeWriter(GoldenImage golden, string folder) : INodeImageWriter
{
    private static readonly OutputOptions Options = new() { Format = DiskFormat.Raw, Flush = false };

    private readonly string _master = Path.Combine(folder, ".golden.raw");
    private readonly Lock _lock = new();

    public string Extension => ".raw";

    public string Write(string fileName, IReadOnlyList<NodePatch> patches, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!File.Exists(_master))
            {
                ImageWriter.Write(golden.Disk, _master, Options with { ComputeDigest = false }, progress: null, cancellation);
            }
        }

        return ImageCloner.Clone(
            _master, Path.Combine(folder, fileName), [.. patches.Select(patch => new FilePatch(patch.Offset, patch.Bytes))], Options, cancellation)!;
    }

    public void Complete() => Durability.FlushFileSystem(folder);

    public void Dispose() => File.Delete(_master);
}
