using ImagePrep.Golden;
using ImagePrep.Nodes.Writing;
using ImagePrep.Pipeline;
using ImagePrep.Randomness.Seeds;
using ImagePrep.Randomness.Sources;

namespace ImagePrep.Nodes;

/// <summary>Makes node images: draws and tests all secrets first, then writes a few blocks for each node. No file-system code is involved.</summary>
internal sealed class Stamper(GoldenImage golden, StampOptions options, EntropyFiles entropyFiles, TimeProvider clock, IProgressObserver observer)
{
    /// <summary>Folder of the node images, inside the output folder.</summary>
    public const string Folder = "nodes";

    /// <param name="nodes">Nodes to make.</param>
    /// <param name="outputFolder">Where the folder with the images is made.</param>
    /// <param name="goldenPath">Name of the golden image as an overlay records it, relative to the overlay or absolute.</param>
    /// <param name="cancellation">Stops between nodes.</param>
    /// <exception cref="Randomness.RandomnessException">The secrets failed their tests; nothing was written.</exception>
    public StampedBatch Stamp(IReadOnlyList<NodeSpec> nodes, string outputFolder, string goldenPath, CancellationToken cancellation)
    {
        _ = golden.Slot(SlotNames.Seed);
        using SeedBatch secrets = Draw(nodes);
        string folder = Path.Combine(outputFolder, Folder);
        MakeOwnerOnly(folder);
        using INodeImageWriter writer = NodeImageWriters.Create(options.Layout, golden, goldenPath, folder);
        NodeResult[] results = new NodeResult[nodes.Count];
        int done = 0;
        ParallelOptions parallel = new() { CancellationToken = cancellation, MaxDegreeOfParallelism = options.Jobs };
        try
        {
            Parallel.For(0, nodes.Count, parallel, index =>
            {
                results[index] = Write(writer, nodes[index], secrets.Nodes[index], cancellation);
                observer.Advance(Interlocked.Increment(ref done), nodes.Count);
            });
        }
        catch (AggregateException exception)
        {
            // What went wrong with one node is what the user needs to hear, not how many threads heard of it.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        cancellation.ThrowIfCancellationRequested();
        writer.Complete();
        return new StampedBatch(results, options.Layout, secrets.Report);
    }

    /// <summary>Node images hold seeds: only who made them may look, until they are handed on.</summary>
    private static void MakeOwnerOnly(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private SeedBatch Draw(IReadOnlyList<NodeSpec> nodes)
    {
        SeedGenerator generator = new(new SeedGeneratorOptions
        {
            GoldenDigest = Convert.FromHexString(golden.Document.Golden.Sha256),
            Nodes = nodes.Count,
            ExtraSources = entropyFiles.Sources,
            OnRedraw = redraw => observer.Remark(
                $"A random block drawn for {redraw.NodeName} failed {Tests(redraw)} and was discarded, as happens to an ideal source once in 1,258 blocks."),
            Clock = clock,
        });
        return generator.GenerateBatch([.. nodes.Select(node => node.Name)]);
    }

    private static string Tests(RedrawEvent redraw) => (redraw.FailedOnBlock | redraw.FailedOnSeed).ToString();

    private NodeResult Write(INodeImageWriter writer, NodeSpec node, NodeSecrets secrets, CancellationToken cancellation)
    {
        using NodePatches patches = new(golden.Document.Slots, node, secrets);
        string name = node.Name + writer.Extension;
        string digest = writer.Write(name, patches.All, cancellation);
        return new NodeResult(
            node.Name,
            $"{Folder}/{name}",
            digest,
            NodeCommitments.Of(node, secrets));
    }
}
