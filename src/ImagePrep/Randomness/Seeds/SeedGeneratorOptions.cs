using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Sources;

namespace ImagePrep.Randomness.Seeds;

/// <summary>What a <see cref="SeedGenerator"/> needs to know about its batch.</summary>
public sealed record SeedGeneratorOptions
{
    /// <summary>SHA-256 of the golden image that the nodes come from.</summary>
    public required ReadOnlyMemory<byte> GoldenDigest { get; init; }

    /// <summary>Number of nodes in the batch: how many failed draws are still bad luck depends on it.</summary>
    public required int Nodes { get; init; }

    /// <summary>Sources beside the operating system's, such as <see cref="FileEntropySource"/>. The caller disposes of them.</summary>
    public IReadOnlyList<IEntropySource> ExtraSources { get; init; } = [];

    /// <summary>Fleet tests beside the standard ones.</summary>
    public IReadOnlyList<IFleetTest> ExtraFleetTests { get; init; } = [];

    /// <summary>Told of every discarded draw, for the log. Called from one thread at a time.</summary>
    public Action<RedrawEvent>? OnRedraw { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
