using System.Text;
using ImagePrep.Errors;
using ImagePrep.Golden;

namespace ImagePrep.Nodes;

/// <summary>The bytes of each slot for one node. The formats are part of docs/guest-contract.md.</summary>
internal static class NodeSlotContent
{
    /// <summary>32 lower-case hexadecimal digits and a newline (machine-id(5)).</summary>
    public static byte[] MachineId(string machineId) => Encoding.ASCII.GetBytes(machineId + "\n");

    public static byte[] HostName(string name, int length) => PaddedText.Of(name + "\n", length);

    /// <summary>KEY=value lines, padded with newlines: read by the guest line by line, never run.</summary>
    public static byte[] NodeFile(NodeSpec node, string nonce, int length)
    {
        StringBuilder text = new();
        text.Append("# imageprep node 1\n");
        text.Append("IMAGEPREP_NODE=").Append(node.Name).Append('\n');
        text.Append("MACS=").AppendJoin(',', node.Macs).Append('\n');
        text.Append("UUID=").Append(node.Uuid).Append('\n');
        text.Append("NONCE=").Append(nonce).Append('\n');
        foreach ((string key, string value) in node.Site)
        {
            text.Append(key).Append('=').Append(value).Append('\n');
        }

        if (Encoding.UTF8.GetByteCount(text.ToString()) > length)
        {
            throw new RecipeException("node list", [new RecipeProblem(node.Name, 0, $"its values need more than {length} bytes; shorten the site columns")]);
        }

        return PaddedText.Of(text.ToString(), length);
    }
}
