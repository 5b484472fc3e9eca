using System.Text.Json.Serialization;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Sources;

namespace ImagePrep.Randomness.Seeds;

/// <summary>
/// What was tested on the seeds of a batch and with what verdict. There is no number in it that was counted on an issued seed: a few such counts
/// give away dozens of its bits.
/// </summary>
/// <param name="Generator">The random bit generator.</param>
/// <param name="Sources">Where its entropy came from, in the order they are read.</param>
/// <param name="BlockBattery">Battery that ran on the 2,500-byte block each seed was cut from.</param>
/// <param name="SeedBattery">Battery that ran on each seed.</param>
/// <param name="Nodes">One verdict per node.</param>
/// <param name="Fleet">One verdict per test across the nodes.</param>
public sealed record SeedTestReport(
    string Generator,
    IReadOnlyList<string> Sources,
    string BlockBattery,
    string SeedBattery,
    IReadOnlyList<NodeSeedVerdict> Nodes,
    IReadOnlyList<FleetVerdict> Fleet)
{
    /// <summary>What is to be known of each source, in the order of <see cref="Sources"/>; for documents, where it is too long for a report.</summary>
    [JsonIgnore]
    public IReadOnlyList<SourceDescription> SourceDescriptions { get; init; } = [];

    /// <summary>Whether every seed and the fleet passed. Only then may anything be issued.</summary>
    public bool Passed => Nodes.All(node => node.Passed) && Fleet.All(test => test.Passed);
}

/// <param name="Node">Name of the node.</param>
/// <param name="Passed">Whether its block and its seed passed. Always true for an issued seed: failed draws are discarded.</param>
/// <param name="Redrawn">Whether a first draw was discarded.</param>
public sealed record NodeSeedVerdict(string Node, bool Passed, bool Redrawn);
