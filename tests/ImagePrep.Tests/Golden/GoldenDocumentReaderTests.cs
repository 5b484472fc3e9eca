using System.Text;
using System.Text.Json.Nodes;
using ImagePrep.Errors;
using ImagePrep.Fuzz;
using ImagePrep.Golden;
using ImagePrep.Recipes;

namespace ImagePrep.Tests.Golden;

public sealed class GoldenDocumentReaderTests
{
    /// <summary>A healthy document with one slot, the seed.</summary>
    private static readonly string Healthy = Encoding.UTF8.GetString(FuzzTargets.Of("golden-json").Seeds[0].Bytes);

    [Fact]
    public void Read_Healthy_IsAccepted() => GoldenDocumentReader.Read(Healthy, "golden.json").Slots.ShouldHaveSingleItem().Name.ShouldBe("seed");

    [Theory]
    [InlineData("slots", "null")]
    [InlineData("slots", "[null]", "slots[0]: is null")]
    [InlineData("steps", "[null]", "steps[0]: is null")]
    [InlineData("slots/0/ranges", "[null]", "slots[0].ranges[0]: is null")]
    [InlineData("slots/0/ranges", "[]", "slots[0].ranges: are no places")]
    [InlineData("slots/0/ranges/0/start", "-512", "slots[0].ranges: are no places")]
    [InlineData("slots/0/ranges/0/start", "9223372036854775807", "slots[0].ranges: are no places")]
    [InlineData("slots/0/ranges/0/length", "100", "slots[0].ranges: are no places")]
    [InlineData("slots/0/length", "100", "slots[0].length: is 100; the slot seed has 512 bytes")]
    [InlineData("slots/0/name", "\"hostname\"", "the slot hostname has 65 bytes")]
    [InlineData("slots/0/name", "\"frob\"", "'frob' is not a slot; there are seed, machine-id, hostname, node")]
    [InlineData("golden/format", "\"raw\"", "golden.format: is 'raw'; golden images are qcow2")]
    [InlineData("golden/file", "\"../golden.qcow2\"", "golden.file: is a file name without a folder")]
    [InlineData("golden/file", "\"\"", "golden.file: is a file name without a folder")]
    [InlineData("schema", "2", "schema: is 2; this program reads 1")]
    [InlineData("colour", "1", "is not a golden.json of this program")]
    public void Read_BadField_NamesIt(string path, string value, string expected = "is not a golden.json of this program")
    {
        RecipeException refused = Should.Throw<RecipeException>(() => GoldenDocumentReader.Read(With(path, value), "golden.json"));

        refused.Message.ShouldStartWith("golden.json");
        refused.Message.ShouldContain(expected);
    }

    [Fact]
    public void Read_SlotTwice_IsRefused()
    {
        JsonNode document = JsonNode.Parse(Healthy)!;
        document["slots"]!.AsArray().Add(document["slots"]![0]!.DeepClone());

        Should.Throw<RecipeException>(() => GoldenDocumentReader.Read(document.ToJsonString(), "golden.json")).Message.ShouldContain("slots[1].name: 'seed' is there twice");
    }

    [Fact]
    public void Read_TwoSlotsInOnePlace_IsRefused()
    {
        JsonNode document = JsonNode.Parse(Healthy)!;
        JsonNode second = document["slots"]![0]!.DeepClone();
        second["name"] = "machine-id";
        second["length"] = 33;
        second["ranges"]![0]!["length"] = 33;
        document["slots"]!.AsArray().Add(second);

        Should.Throw<RecipeException>(() => GoldenDocumentReader.Read(document.ToJsonString(), "golden.json")).Message.ShouldContain("overlap");
    }

    [Fact]
    public void Read_SeveralMistakes_ReportsAll()
    {
        JsonNode document = JsonNode.Parse(With("golden/format", "\"raw\""))!;
        document["slots"]![0]!["name"] = "frob";

        Should.Throw<RecipeException>(() => GoldenDocumentReader.Read(document.ToJsonString(), "golden.json")).Problems.Count.ShouldBe(2);
    }

    [Fact]
    public void SlotLengths_AreThoseOfThePlaceholders() => SlotNames.Lengths.Values.Order()
        .ShouldBe(EmbeddedFiles.List("templates/common/slots").Select(path => EmbeddedFiles.Read(path).Length).Order());

    private static string With(string path, string value)
    {
        JsonNode document = JsonNode.Parse(Healthy)!;
        string[] parts = path.Split('/');
        JsonNode parent = parts[..^1].Aggregate(document, (node, part) => int.TryParse(part, out int index) ? node[index]! : node[part]!);
        parent[parts[^1]] = JsonNode.Parse(value);
        return document.ToJsonString();
    }
}
