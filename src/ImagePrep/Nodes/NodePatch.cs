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
    private const int MachineIdDigits = 2 * NodeSecrets.MachineIdBytes;

    private readonly List<byte[]> _contents = [];
    private readonly List<NodePatch> _patches = [];

    public NodePatches(IReadOnlyList<SlotDescription> slots, NodeSpec node, NodeSecrets secrets)
    {
        foreach (SlotDescription slot in slots)
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

    public void Dispose() => _contents.ForEach(content => CryptographicOperations.ZeroMemory(content));

    /// <summary>Each content is written where it stays until it is wiped: no copy is left behind in a string, or where the collector moved it from.</summary>
    private static byte[] Content(SlotDescription slot, NodeSpec node, NodeSecrets secrets)
    {
        byte[] content = GC.AllocateArray<byte>(slot.Length, pinned: true);
        switch (slot.Name)
        {
            case SlotNames.Seed:
                Expect(slot, secrets.Seed.Length);
                secrets.Seed.CopyTo(content);
                break;
            case SlotNames.MachineId:
                Expect(slot, MachineIdDigits + 1);
                WriteMachineId(node, secrets, content);
                content[MachineIdDigits] = (byte)'\n';
                break;
            case SlotNames.HostName:
                PaddedText.Of(node.Name + "\n", slot.Length).CopyTo(content, 0);
                break;
            case SlotNames.Node:
                NodeFile.Write(node, secrets.Nonce, content);
                break;
            default:
                throw new InvalidOperationException($"The golden image has a slot '{slot.Name}' that this program does not know.");
        }

        return content;
    }

    /// <summary>The listed machine id, or the fresh one.</summary>
    private static void WriteMachineId(NodeSpec node, NodeSecrets secrets, Span<byte> destination)
    {
        if (node.MachineId.Length > 0)
        {
            Encoding.ASCII.GetBytes(node.MachineId, destination);
        }
        else
        {
            secrets.WriteMachineId(destination);
        }
    }

    private static void Expect(SlotDescription slot, int length)
    {
        if (slot.Length != length)
        {
            throw new InvalidOperationException($"The slot {slot.Name} has {slot.Length} bytes, its content {length}.");
        }
    }
}
