using System.Text;
using ImagePrep.Errors;
using ImagePrep.Randomness.Seeds;

namespace ImagePrep.Nodes;

/// <summary>
/// /etc/imageprep/node.conf of one node: KEY=value lines that the guest reads line by line and never runs. The format is part of docs/guest-contract.md.
/// </summary>
internal static class NodeFile
{
    /// <summary>What tells a stamped file from the placeholder.</summary>
    private const string Stamped = "# imageprep node 1";

    /// <summary>Fills the slot. The nonce goes into it alone, never into a string.</summary>
    /// <exception cref="RecipeException">The node's values do not fit.</exception>
    public static void Write(NodeSpec node, ReadOnlySpan<byte> nonce, Span<byte> slot)
    {
        byte[] before = Encoding.UTF8.GetBytes(BeforeNonce(node));
        byte[] after = Encoding.UTF8.GetBytes(AfterNonce(node));
        int digits = 2 * nonce.Length;
        int length = before.Length + digits + after.Length;
        if (length > slot.Length)
        {
            throw new RecipeException(
                "node list", [new RecipeProblem(node.Name, 0, $"its values need more than {slot.Length} bytes; shorten the site columns")]);
        }

        before.CopyTo(slot);
        HexDigits.Write(nonce, slot[before.Length..]);
        after.CopyTo(slot[(before.Length + digits)..]);
        slot[length..].Fill((byte)'\n');
    }

    private static string BeforeNonce(NodeSpec node)
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

        return text.Append("NONCE=").ToString();
    }

    private static string AfterNonce(NodeSpec node)
    {
        StringBuilder text = new("\n");
        foreach ((string key, string value) in node.Site)
        {
            text.Append(key).Append('=').Append(value).Append('\n');
        }

        return text.ToString();
    }
}
