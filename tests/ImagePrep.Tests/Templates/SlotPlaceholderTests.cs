using System.Text;
using System.Text.RegularExpressions;

namespace ImagePrep.Tests.Templates;

public sealed partial class SlotPlaceholderTests
{
    [Theory]
    [InlineData("seed", 512)]
    [InlineData("machine-id", 33)]
    [InlineData("hostname", 65)]
    [InlineData("node.conf", 4096)]
    public void Slot_EachOne_HasItsFixedLengthAndEndsWithANewline(string name, int length)
    {
        byte[] placeholder = TemplateFolder.Slot(name);
        placeholder.Length.ShouldBe(length);
        placeholder[^1].ShouldBe((byte)'\n');
        placeholder.ShouldAllBe(value => value == '\n' || (value >= ' ' && value < 127));
    }

    /// <summary>A seed of which any 64-byte line is still the placeholder must be told apart by the guest.</summary>
    [Fact]
    public void Seed_EachLine_HoldsTheMarkerThatMixLooksFor()
    {
        string marker = MixMarker().Match(File.ReadAllText(TemplateFolder.Mix)).Groups[1].Value;
        marker.ShouldNotBeEmpty();
        string[] lines = Encoding.ASCII.GetString(TemplateFolder.Slot("seed")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(8);
        lines.ShouldAllBe(line => line.Length == 63 && line.Contains(marker, StringComparison.Ordinal));
    }

    /// <summary>Text would do as well, but programs that read the file before PID 1 replaces it take newlines for empty.</summary>
    [Theory]
    [InlineData("machine-id")]
    [InlineData("hostname")]
    public void MachineIdAndHostname_Placeholder_ReadsAsEmpty(string name) =>
        TemplateFolder.Slot(name).ShouldAllBe(value => value == '\n');

    [Fact]
    public void NodeConf_Placeholder_SetsNothing()
    {
        string[] lines = Encoding.ASCII.GetString(TemplateFolder.Slot("node.conf")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("# imageprep node placeholder 1");
        lines.ShouldAllBe(line => line.StartsWith('#'));
    }

    [GeneratedRegex(@"\*'([^']+)'\*\) return 1")]
    private static partial Regex MixMarker();
}
