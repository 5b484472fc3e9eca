using ImagePrep.Provenance;
using ImagePrep.Randomness.Seeds;

namespace ImagePrep.Nodes;

/// <summary>One node image that was made.</summary>
/// <param name="Name">Name of the node.</param>
/// <param name="File">File name, relative to the output folder.</param>
/// <param name="Sha256">Of the file, in lower-case hexadecimal.</param>
/// <param name="Commitments">What stands for the node's secrets.</param>
public sealed record NodeResult(string Name, string File, string Sha256, NodeCommitments Commitments);

/// <summary>Commitments to a node's secrets, in lower-case hexadecimal (docs: Provenance/Commitment).</summary>
/// <param name="Seed">To the seed.</param>
/// <param name="MachineId">To the machine id; absent where the node list chose it, because what a person chose may be guessed.</param>
/// <param name="Nonce">To the nonce.</param>
public sealed record NodeCommitments(string Seed, string? MachineId, string Nonce)
{
    internal static NodeCommitments Of(NodeSpec node, NodeSecrets secrets) => new(
        Commitment.Of(Commitment.Seed, secrets.Seed),
        node.MachineId.Length > 0 ? null : Commitment.Of(Commitment.MachineId, secrets.MachineId),
        Commitment.Of(Commitment.Nonce, secrets.Nonce));
}

/// <summary>All node images of one run.</summary>
internal sealed record StampedBatch(IReadOnlyList<NodeResult> Nodes, NodeLayout Layout, SeedTestReport Report);
