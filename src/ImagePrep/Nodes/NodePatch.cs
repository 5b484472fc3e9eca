using System.Security.Cryptography;
using System.Text;
using ImagePrep.Golden;
using ImagePrep.Randomness.Seeds;

namespace ImagePrep.Nodes;

/// <summary>Bytes of one node that replace a placeholder, by their place on the guest's disk.</summary>
internal readonly record struct NodePatch(long Offset, ReadOnlyMemory<byte> Bytes);

/// <summary>All patches of one node. They hold its secrets until <see cref="Dispose"/> wipes them.</summary>
internal sealed class NodePatches : IDisposable
{
    private readonly List<byte[]> _contents = [];
    private readonly List<NodePatch> _patches = [];

    public NodePatches(GoldenDocument golden, NodeSpec node, NodeSecrets secrets)
    {
        foreach (SlotDescription slot in golden.Slots)
        {
            byte[] content = Content(slot, node, secrets);
            _contents.Add(content);
            int done = 0;
            foreach (RangeDescription range in slot.Ranges)
            {
                _patches.Add(new NodePatch(range.Start, content.AsMemory(done, (int)range.Length)));
                done += (int)range.Length;
            }
        }
    }

    public IReadOnlyList<NodePatch> All => _patches;

    /// <summary>The 16 bytes of the machine id that the node gets: the listed one, or a fresh one.</summary>
    public static byte[] MachineIdOf(NodeSpec node, NodeSecrets secrets) =>
        node.MachineId.Length > 0 ? Convert.FromHexString(node.MachineId) : secrets.MachineId.ToArray();

    public void Dispose() => _contents.ForEach(content => CryptographicOperations.ZeroMemory(content));

    private static byte[] Content(SlotDescription slot, NodeSpec node, NodeSecrets secrets)
    {
        byte[] content = slot.Name switch
        {
            SlotNames.Seed => secrets.Seed.ToArray(),
            SlotNames.MachineId => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MachineIdOf(node, secrets)) + "\n"),
            SlotNames.HostName => PaddedText.Of(node.Name + "\n", slot.Length),
            SlotNames.Node => NodeFile.Of(node, secrets.Nonce, slot.Length),
            _ => throw new InvalidOperationException($"The golden image has a slot '{slot.Name}' that this program does not know."),
        };
        return content.Length == slot.Length
            ? content
            : throw new InvalidOperationException($"The slot {slot.Name} has {slot.Length} bytes, its content {content.Length}.");
    }
}
