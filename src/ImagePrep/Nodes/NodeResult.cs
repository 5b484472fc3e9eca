using ImagePrep.Randomness.Seeds;

namespace ImagePrep.Nodes;

/// <summary>One node image that was made.</summary>
/// <param name="Name">Name of the node.</param>
/// <param name="File">File name, relative to the output folder.</param>
/// <param name="Sha256">Of the file, in lower-case hexadecimal.</param>
/// <param name="Commitments">What stands for the node's secrets.</param>
public sealed record NodeResult(string Name, string File, string Sha256, NodeCommitments Commitments);

/// <summary>Commitments to a node's secrets, in lower-case hexadecimal (docs: Provenance/Commitment).</summary>
public sealed record NodeCommitments(string Seed, string MachineId, string Nonce);

/// <summary>All node images of one run.</summary>
internal sealed record StampedBatch(IReadOnlyList<NodeResult> Nodes, NodeLayout Layout, SeedTestReport Report);
