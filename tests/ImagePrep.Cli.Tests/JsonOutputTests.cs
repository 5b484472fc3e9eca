using System.Text.Json.Nodes;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>What --json really prints obeys the schema that is published for it.</summary>
public sealed class JsonOutputTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Inspect_Guest_ObeysItsSchema() => Obeys("inspect", "inspect", DemoBase.Path, "--json");

    [Fact]
    public void Inspect_DiskWithoutAGuest_ObeysItsSchema()
    {
        // An MBR with one aligned partition and nothing in it: no guest, and nothing to move.
        byte[] disk = new byte[4 << 20];
        Convert.FromHexString("00FEFFFF83FEFFFF0008000000080000").CopyTo(disk, 446);
        (disk[510], disk[511]) = (0x55, 0xAA);
        File.WriteAllBytes(_scratch.File("disk.img"), disk);

        JsonObject report = Obeys("inspect", "inspect", _scratch.File("disk.img"), "--json");

        report.ContainsKey("guest").ShouldBeFalse();
        report.ContainsKey("realigned").ShouldBeFalse();
    }

    [Theory]
    [InlineData("rngtest")]
    [InlineData("rngtest", "--blocks", "2")]
    [InlineData("rngtest", "--battery", "fips140-1")]
    [InlineData("rngtest-exact", "--battery", "exact")]
    [InlineData("rngtest-sp800-22", "--battery", "sp800-22")]
    public void RngTest_ObeysItsSchema(string schema, params string[] options) =>
        Obeys(schema, ["rngtest", Bytes(schema == "rngtest-exact" ? 512 : 125_000), "--json", .. options]);

    [Fact]
    public void EntropyAssess_ObeysItsSchema() => Obeys("entropy-assess", "entropy", "assess", Bytes(20_000), "--json");

    [Fact]
    public void EntropyAssess_WithRestarts_ObeysItsSchema() =>
        Obeys("entropy-assess", "entropy", "assess", Bytes(20_000), "--restarts", Bytes(1_000_000), "--claimed-entropy", "1", "--json");

    private static JsonObject Obeys(string schema, params string[] arguments)
    {
        ToolResult result = CliProgram.Run(arguments);

        result.Error.ShouldBeEmpty();
        JsonNode output = JsonNode.Parse(result.Output)!;
        JsonSchema.Problems(JsonNode.Parse(File.ReadAllText(Repository.File("docs", "schemas", schema + ".schema.json")))!, output).ShouldBeEmpty();
        return output.AsObject();
    }

    /// <summary>A file of random bytes.</summary>
    private string Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(4).NextBytes(bytes);
        string path = _scratch.File($"{count}.bin");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
