using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>
/// Searches everything that a run leaves or prints for the seeds it issued and the entropy it was given, as bytes, hexadecimal and base64: they are in
/// their own node image and nowhere else.
/// </summary>
public sealed class SecretsNowhereTests : IDisposable
{
    private const int EntropyBytesPerNode = 64;

    private readonly ScratchFolder _scratch = new();
    private readonly string _temporary;

    public SecretsNowhereTests() => _temporary = Directory.CreateDirectory(_scratch.File("tmp")).FullName;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Prepare_SeedsAndEntropy_AreOnlyInTheirImages()
    {
        byte[] entropy = RandomNumberGenerator.GetBytes(6 * EntropyBytesPerNode);
        ToolResult run = Prepare("out", entropy, 6, "--layout", "standalone", "--format", "raw");
        run.EnsureSuccess("prepare");

        string[] images = Directory.GetFiles(_scratch.File("out/nodes"));
        images.Length.ShouldBe(6);
        Dictionary<string, byte[]> seeds = images.ToDictionary(image => image, SeedOf);
        seeds.Values.ShouldAllBe(seed => seed.Length == 512);

        List<Needle> needles = [.. seeds.SelectMany(pair => Needle.Of(pair.Key, pair.Value)), .. Needle.Of("entropy", entropy)];
        needles.ShouldAllBe(needle => !needle.IsIn(Encoding.Latin1.GetBytes(run.Output + run.Error)));
        foreach (string file in Directory.GetFiles(_scratch.Path, "*", SearchOption.AllDirectories).Where(file => file != _scratch.File("entropy")))
        {
            byte[] content = File.ReadAllBytes(file);
            needles.Where(needle => needle.IsIn(content)).Select(needle => needle.Secret).Distinct()
                .ShouldBe(seeds.ContainsKey(file) ? [file] : [], $"in {file}");
        }
    }

    [Fact]
    public void Stamp_Seeds_AreInNoDocumentAndNotInTheGoldenImage()
    {
        Prepare("out", [], 0).EnsureSuccess("prepare");
        ToolResult run = Run("stamp", _scratch.File("out/golden.json"), "--count", "3", "--out", _scratch.File("more"), "--layout", "standalone", "--format", "raw");
        run.EnsureSuccess("stamp");

        List<Needle> needles = [.. Directory.GetFiles(_scratch.File("more/nodes")).SelectMany(image => Needle.Of(image, SeedOf(image)))];
        needles.Count.ShouldBeGreaterThan(3);
        needles.ShouldAllBe(needle => !needle.IsIn(Encoding.Latin1.GetBytes(run.Output + run.Error)));
        foreach (string file in Directory.GetFiles(_scratch.Path, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/nodes/", StringComparison.Ordinal)))
        {
            byte[] content = File.ReadAllBytes(file);
            needles.ShouldAllBe(needle => !needle.IsIn(content), $"in {file}");
        }
    }

    [Fact]
    public void Prepare_EntropyFileThatEnds_IsNowhereInWhatIsPrintedOrLeft()
    {
        // The third node finds nothing left: by then two have been drawn.
        byte[] entropy = RandomNumberGenerator.GetBytes((2 * EntropyBytesPerNode) + 10);
        ToolResult run = Prepare("out", entropy, 3);
        run.ExitCode.ShouldBe(6);
        run.Error.ShouldContain("used up");

        List<Needle> needles = [.. Needle.Of("entropy", entropy)];
        needles.ShouldAllBe(needle => !needle.IsIn(Encoding.Latin1.GetBytes(run.Output + run.Error)));
        foreach (string file in Directory.GetFiles(_scratch.Path, "*", SearchOption.AllDirectories).Where(file => file != _scratch.File("entropy")))
        {
            byte[] content = File.ReadAllBytes(file);
            needles.ShouldAllBe(needle => !needle.IsIn(content), $"in {file}");
        }
    }

    private ToolResult Prepare(string output, byte[] entropy, int nodes, params string[] more)
    {
        File.WriteAllBytes(_scratch.File("entropy"), entropy);
        string[] source = entropy.Length > 0 ? ["--entropy-file", _scratch.File("entropy")] : [];
        string[] count = nodes > 0 ? ["--count", $"{nodes}"] : [];
        return Run(["prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", _scratch.File(output), .. count, .. source, .. more]);
    }

    private ToolResult Run(params string[] arguments) =>
        CliProgram.Run(arguments, environment: new Dictionary<string, string> { ["TMPDIR"] = _temporary });

    /// <summary>From a raw node image, where golden.json says its slot is.</summary>
    private byte[] SeedOf(string image)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(_scratch.File("out/golden.json")));
        JsonElement slot = golden.RootElement.GetProperty("slots").EnumerateArray().Single(slot => slot.GetProperty("name").GetString() == "seed");
        using FileStream file = File.OpenRead(image);
        List<byte> seed = [];
        foreach (JsonElement range in slot.GetProperty("ranges").EnumerateArray())
        {
            byte[] part = new byte[range.GetProperty("length").GetInt32()];
            file.Position = range.GetProperty("start").GetInt64();
            file.ReadExactly(part);
            seed.AddRange(part);
        }

        return [.. seed];
    }

    /// <summary>A piece of a secret in some writing.</summary>
    private sealed record Needle(string Secret, byte[] Bytes)
    {
        private const int Piece = 12;

        public static IEnumerable<Needle> Of(string secret, byte[] bytes)
        {
            // Aligned pieces of all of it: whatever copies a quarter of a seed copies some of them.
            for (int at = 0; at + Piece <= bytes.Length; at += 37)
            {
                byte[] piece = bytes[at..(at + Piece)];
                yield return new Needle(secret, piece);
                yield return new Needle(secret, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(piece)));
                yield return new Needle(secret, Encoding.ASCII.GetBytes(Convert.ToHexString(piece)));
            }

            // Base64 depends on where in the whole a piece lies.
            string whole = Convert.ToBase64String(bytes);
            for (int at = 0; at + 16 <= whole.Length; at += 64)
            {
                yield return new Needle(secret, Encoding.ASCII.GetBytes(whole[at..(at + 16)]));
            }
        }

        public bool IsIn(byte[] content) => content.AsSpan().IndexOf(Bytes) >= 0;
    }
}
