using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Determinism;

/// <summary>The same base and recipe give the same golden image to the byte, whoever prepares it, where and when.</summary>
public sealed class GoldenDeterminismTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Dictionary<string, string> Here = new(StringComparer.Ordinal)
    {
        ["DOTNET_PROCESSOR_COUNT"] = "1",
        ["TZ"] = "Pacific/Kiritimati",
        ["LC_ALL"] = "C.UTF-8",
    };

    private static readonly Dictionary<string, string> There = new(StringComparer.Ordinal)
    {
        ["DOTNET_PROCESSOR_COUNT"] = "4",
        ["TZ"] = "America/St_Johns",
        ["LC_ALL"] = "tr_TR.UTF-8",
        ["HOSTNAME"] = "elsewhere",
        ["USER"] = "somebody",
        ["DOTNET_gcServer"] = "1",
        ["DOTNET_TieredPGO"] = "0",
    };

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(BaseShapes.Sample), MemberType = typeof(BaseShapes))]
    public void Golden_OfTheSameBase_IsTheSame(string shape) => CheckTwoRuns(shape);

    [Theory(Explicit = true)]
    [MemberData(nameof(BaseShapes.All), MemberType = typeof(BaseShapes), DisableDiscoveryEnumeration = true)]
    public void Golden_OfEveryShape_IsTheSame(string shape) => CheckTwoRuns(shape);

    private void CheckTwoRuns(string shape)
    {
        OutsideTool.Require("mke2fs", "debugfs", "tune2fs", "resize2fs", "sfdisk", "sgdisk", "fdisk", "mkfs.fat", "mcopy", "qemu-img");
        ShapedBase shaped = BaseShapes.Make(shape, _scratch);
        string first = Prepare(shaped, "first", Here);

        // Times of the host's file are no property of the disk in it.
        File.SetLastWriteTimeUtc(shaped.Path, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        string second = Prepare(shaped, Path.Combine("a", "longer", "way", "to", "the", "second"), There);

        string digest = PreparedDebian.Digest(Path.Combine(first, "golden.qcow2"));
        output.WriteLine($"{shape}: {digest}");
        PreparedDebian.Digest(Path.Combine(second, "golden.qcow2")).ShouldBe(digest);
        File.ReadAllText(Path.Combine(second, "golden.json")).ShouldBe(File.ReadAllText(Path.Combine(first, "golden.json")));
    }

    private string Prepare(ShapedBase shaped, string folder, Dictionary<string, string> environment)
    {
        string target = _scratch.File(folder);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        CliProgram.Run(["prepare", "--recipe", shaped.Recipe, "--base", shaped.Path, .. shaped.Options, "--out", target], environment: environment)
            .EnsureSuccess("imageprep prepare");
        return target;
    }
}
