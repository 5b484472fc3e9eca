using System.Security.Cryptography;
using System.Text.Json.Serialization;
using ImagePrep.Errors;
using ImagePrep.Golden;
using ImagePrep.Provenance;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Seeds;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;

namespace ImagePrep.Nodes;

/// <summary>Verdicts on the seeds of a batch: when they were drawn, and as they were read back from the node images.</summary>
/// <param name="Draws">What was tested before anything was written.</param>
/// <param name="ReadBack">Verdicts across the nodes on the bytes that the images hold.</param>
public sealed record SeedTests(SeedTestReport Draws, IReadOnlyList<FleetVerdict> ReadBack)
{
    [JsonIgnore]
    public string Summary
    {
        get
        {
            int redrawn = Draws.Nodes.Count(node => node.Redrawn);
            string redraws = redrawn == 0 ? "none redrawn" : $"{redrawn} redrawn after a failed block, as an ideal source does once in 1,258";
            return $"{Draws.Nodes.Count} tested, {redraws}; each in its image as issued, no two alike";
        }
    }

    /// <summary>Reads every seed back from its image, compares it with its commitment, and tests the seeds as a fleet.</summary>
    /// <exception cref="VerificationException">An image does not hold what was issued.</exception>
    internal static SeedTests Run(StampedBatch batch, GoldenImage golden, string outputFolder, CancellationToken cancellation)
    {
        SlotDescription slot = golden.Slot(SlotNames.Seed);
        using FleetSeeds seeds = new([.. batch.Nodes.Select(node => node.Name)], slot.Length);
        Parallel.For(0, batch.Nodes.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            NodeResult node = batch.Nodes[index];
            using DiskImage disk = Open(batch.Layout, Path.Combine(outputFolder, node.File), golden.Disk);
            byte[] seed = GoldenImage.ReadSlot(disk, slot);
            if (Commitment.Of(Commitment.Seed, seed) != node.Commitments.Seed)
            {
                throw new VerificationException($"{node.File} does not hold the seed that was issued for {node.Name}; all outputs were removed.");
            }

            seeds.Set(index, seed);
            CryptographicOperations.ZeroMemory(seed);
        });
        IReadOnlyList<FleetVerdict> verdicts = FleetTests.Run(seeds, FleetTests.Standard);
        return verdicts.All(verdict => verdict.Passed)
            ? new SeedTests(batch.Report, verdicts)
            : throw new VerificationException($"The seeds in the node images failed: {string.Join("; ", verdicts.Where(v => !v.Passed).Select(v => v.Finding))}");
    }

    private static DiskImage Open(NodeLayout layout, string path, IBlockReader golden) => layout switch
    {
        NodeLayout.Overlay => DiskImage.OpenOverlay(path, golden),
        NodeLayout.StandaloneQcow2 => DiskImage.Open(path, DiskFormat.Qcow2),
        _ => DiskImage.Open(path, DiskFormat.Raw),
    };
}
