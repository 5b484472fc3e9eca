using System.Text;
using ImagePrep.Golden;
using ImagePrep.Nodes;
using ImagePrep.Provenance;
using ImagePrep.Randomness.Seeds;

namespace ImagePrep.Tests.Nodes;

public sealed class NodePatchTests
{
    private const string Listed = "0123456789abcdef0123456789abcdef";

    private static readonly SlotDescription[] Slots =
    [
        new(SlotNames.Seed, "/seed", 512, [new(1000, 500), new(9000, 12)], ""),
        new(SlotNames.MachineId, "/etc/machine-id", 33, [new(2000, 33)], ""),
    ];

    [Fact]
    public void Patches_Slots_HoldTheSecretsUntilTheyAreDisposedOf()
    {
        using SeedBatch batch = Batch();
        NodeSecrets secrets = batch.Nodes[0];
        NodePatches patches = new(Slots, Node(""), secrets);

        patches.All.Select(patch => patch.Offset).ShouldBe([1000, 9000, 2000]);
        patches.All[0].Bytes.ToArray().Concat(patches.All[1].Bytes.ToArray()).ShouldBe(secrets.Seed.ToArray());
        Encoding.ASCII.GetString(patches.All[2].Bytes.Span).ShouldBe(Convert.ToHexStringLower(secrets.MachineId) + "\n");

        patches.Dispose();
        patches.All.All(patch => patch.Bytes.Span.IndexOfAnyExcept((byte)0) < 0).ShouldBeTrue();
    }

    [Fact]
    public void Patches_ListedMachineId_IsTheOneInTheImage()
    {
        using SeedBatch batch = Batch();
        using NodePatches patches = new(Slots, Node(Listed), batch.Nodes[0]);

        Encoding.ASCII.GetString(patches.All[2].Bytes.Span).ShouldBe(Listed + "\n");
    }

    [Fact]
    public void Commitments_ListedMachineId_IsNotCommittedTo()
    {
        using SeedBatch batch = Batch();
        NodeSecrets secrets = batch.Nodes[0];

        NodeCommitments.Of(Node(Listed), secrets).MachineId.ShouldBeNull();
        NodeCommitments fresh = NodeCommitments.Of(Node(""), secrets);
        fresh.Seed.ShouldBe(Commitment.Of("seed", secrets.Seed));
        fresh.MachineId.ShouldBe(Commitment.Of("machine-id", secrets.MachineId));
        fresh.Nonce.ShouldBe(Commitment.Of("nonce", secrets.Nonce));
    }

    private static NodeSpec Node(string machineId) => new("node", [], "", machineId, []);

    private static SeedBatch Batch() => new SeedGenerator(new SeedGeneratorOptions { GoldenDigest = new byte[32], Nodes = 1 }).GenerateBatch(["node"]);
}
