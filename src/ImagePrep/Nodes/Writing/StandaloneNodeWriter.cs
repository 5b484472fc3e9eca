using ImagePrep.Golden;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Blocks.Native;
using ImagePrep.Storage.Disks.Output;

namespace ImagePrep.Nodes.Writing;

/// <summary>Complete qcow2 files: copies of the golden image, patched where the slots lie in the file.</summary>
internal sealed class StandaloneNodeWriter(GoldenImage golden, string folder) : INodeImageWriter
{
    private static readonly OutputOptions Options = new() { Flush = false };

    public string Extension => ".qcow2";

    public string Write(string fileName, IReadOnlyList<NodePatch> patches, CancellationToken cancellation)
    {
        List<FilePatch> filePatches = [];
        foreach (NodePatch patch in patches)
        {
            int done = 0;
            foreach (ByteRange inFile in golden.Disk.LocateInFile(new ByteRange(patch.Offset, patch.Bytes.Length)))
            {
                filePatches.Add(new FilePatch(inFile.Start, patch.Bytes.Slice(done, (int)inFile.Length)));
                done += (int)inFile.Length;
            }
        }

        return ImageCloner.Clone(golden.Path, Path.Combine(folder, fileName), filePatches, Options, cancellation)!;
    }

    // One flush for all: each of a thousand images would otherwise wait for its own.
    public void Complete() => Durability.FlushFileSystem(folder);

    public void Dispose()
    {
    }
}
