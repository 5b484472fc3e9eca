using System.Globalization;
using System.Text.RegularExpressions;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories.Hashing;

public sealed class NameHashTests
{
    private const string Seed = "01234567-89ab-cdef-fedc-ba9876543210";

    public static TheoryData<byte, bool, bool> Variants
    {
        get
        {
            TheoryData<byte, bool, bool> variants = [];
            for (byte version = 0; version <= 2; version++)
            {
                variants.Add(version, false, false);
                variants.Add(version, false, true);
                variants.Add(version, true, false);
                variants.Add(version, true, true);
            }

            return variants;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Compute_NamesOfEveryLength_LikeDebugfs(byte version, bool isUnsigned, bool seeded)
    {
        List<byte[]> names = [.. Names()];
        uint[] expected = DebugfsHashes(names, version + (isUnsigned ? 3 : 0), seeded ? Seed : null);
        NameHash hash = new(Rules(isUnsigned, seeded ? Convert.FromHexString(Seed.Replace("-", "")) : new byte[16]), version);

        uint[] computed = [.. names.Select(name => hash.Compute(name))];

        expected.Length.ShouldBe(names.Count);
        Enumerable.Range(0, names.Count).Where(i => computed[i] != expected[i]).Select(i => Convert.ToHexString(names[i])).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Compute_BytesAbove127_DifferBetweenSignedAndUnsigned(byte version)
    {
        byte[] name = [0x80, 0xFF, 0x41];

        new NameHash(Rules(false, new byte[16]), version).Compute(name)
            .ShouldNotBe(new NameHash(Rules(true, new byte[16]), version).Compute(name));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(255)]
    public void Create_UnknownVersion_ThrowsUnsupported(byte version) =>
        Should.Throw<UnsupportedImageException>(() => new NameHash(Rules(false, new byte[16]), version))
            .Kind.ShouldBe(UnsupportedKind.UnknownFeature);

    // Lengths 1 to 255, of all byte values that debugfs takes on its command line; half of them above 127.
    private static IEnumerable<byte[]> Names()
    {
        byte[] low = [.. Enumerable.Range(0x30, 0x7F - 0x30).Select(i => (byte)i)];
        Random random = new(20);
        for (int length = 1; length <= FileName.MaxLength; length++)
        {
            byte[] name = new byte[length];
            for (int i = 0; i < length; i++)
            {
                name[i] = random.Next(2) == 0 ? low[random.Next(low.Length)] : (byte)random.Next(0x80, 0x100);
            }

            yield return name;
        }
    }

    private static uint[] DebugfsHashes(List<byte[]> names, int version, string? seed)
    {
        using ScratchFolder folder = new();
        string script = folder.File("commands");
        using (FileStream file = File.Create(script))
        {
            foreach (byte[] name in names)
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes($"dx_hash -h {version} {(seed is null ? "" : $"-s {seed} ")}"));
                file.Write([(byte)'"', .. name, (byte)'"', (byte)'\n']);
            }
        }

        string output = OutsideTool.Run("debugfs", "-f", script).EnsureSuccess("debugfs").Output;
        return [.. Regex.Matches(output, @" is 0x([0-9a-f]+) \(minor").Select(match => uint.Parse(match.Groups[1].Value, NumberStyles.HexNumber))];
    }

    private static DirectoryRules Rules(bool isUnsigned, byte[] seed) =>
        MemoryDirectory.DefaultRules() with { HashUnsigned = isUnsigned, HashSeed = seed };
}
