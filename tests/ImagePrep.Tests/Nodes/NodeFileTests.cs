using System.Text;
using ImagePrep.Errors;
using ImagePrep.Nodes;

namespace ImagePrep.Tests.Nodes;

public sealed class NodeFileTests
{
    private static readonly byte[] Nonce = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Of_FullNode_IsTheFormatOfTheGuestContract()
    {
        NodeSpec node = new("web-01", ["52:54:00:aa:bb:01", "52:54:00:aa:bb:02"], "4c4c4544-0044-4810-8031-b4c04f4d4e32", "", [new("SITE_RACK", "7")]);

        byte[] bytes = Slot(node);

        bytes.Length.ShouldBe(4096);
        Encoding.ASCII.GetString(bytes).TrimEnd('\n').ShouldBe(
            """
            # imageprep node 1
            IMAGEPREP_NODE=web-01
            UUID=4c4c4544-0044-4810-8031-b4c04f4d4e32
            MACS=52:54:00:aa:bb:01,52:54:00:aa:bb:02
            NONCE=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
            SITE_RACK=7
            """);
    }

    [Fact]
    public void Of_UnboundNode_HasNoBindingKeys() =>
        Encoding.ASCII.GetString(Slot(new NodeSpec("a", [], "", "", []))).ShouldNotContain("UUID=");

    [Fact]
    public void Of_TooMuch_IsAUsageErrorThatNamesTheNode()
    {
        NodeSpec node = new("big", [], "", "", [.. Enumerable.Range(0, 20).Select(i => new KeyValuePair<string, string>($"SITE_{i}", new string('x', 256)))]);

        Should.Throw<RecipeException>(() => Slot(node)).Message.ShouldContain("big");
    }

    private static byte[] Slot(NodeSpec node)
    {
        byte[] slot = new byte[4096];
        NodeFile.Write(node, Nonce, slot);
        return slot;
    }
}
