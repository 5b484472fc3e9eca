using System.Text;
using ImagePrep.Errors;
using ImagePrep.Golden;

namespace ImagePrep.Nodes;

/// <summary>
/// /etc/imageprep/node.conf of one node: KEY=value lines that the guest reads line by line and never runs. The format is part of docs/guest-contract.md.
/// </summary>
internal static class NodeFile
{
    /// <summary>What tells a stamped file from the placeholder.</summary>
    private const string Stamped = "# imageprep node 1";

    /// <exception cref="RecipeException">The node's values do not fit.</exception>
    public static byte[] Of(NodeSpec node, ReadOnlySpan<byte> nonce, int length)
    {
        StringBuilder text = new();
        text.Append(Stamped).Append('\n');
        text.Append("IMAGEPREP_NODE=").Append(node.Name).Append('\n');
        if (node.Uuid.Length > 0)
        {
            text.Append("UUID=").Append(node.Uuid).Append('\n');
        }

        if (node.Macs.Count > 0)
        {
            text.Append("MACS=").AppendJoin(',', node.Macs).Append('\n');
        }

        text.Append("NONCE=").Append(Convert.ToHexStringLower(nonce)).Append('\n');
        foreach ((string key, string value) in node.Site)
        {
            text.Append(key).Append('=').Append(value).Append('\n');
        }

        return Encoding.UTF8.GetByteCount(text.ToString()) <= length
            ? PaddedText.Of(text.ToString(), length)
            : throw new RecipeException(
                "node list", [new RecipeProblem(node.Name, 0, $"its values need more than {length} bytes; shorten the site columns")]);
    }
}
