using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>Bad input gives one clear message, the right exit code, nothing at the final names, and an untouched base.</summary>
public sealed class MisuseTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly string _baseDigest = DemoBase.Digest;

    private string Output => _scratch.File("out");

    public void Dispose()
    {
        DemoBase.Digest.ShouldBe(_baseDigest);
        _scratch.Dispose();
    }

    [Fact]
    public void RandomBytesAsBase_AreUnsupported()
    {
        byte[] bytes = new byte[3 << 20];
        new Random(1).NextBytes(bytes);
        string path = _scratch.File("random.img");
        File.WriteAllBytes(path, bytes);

        Fails(Prepare(path), 3, "random.img");
        Fails(Prepare(path, "--base-format", "raw"), 3, "no partition table");
    }

    [Theory]
    [InlineData(100, 4)]
    [InlineData(70_000, 4)]
    [InlineData(300_000, 4)]
    public void TruncatedQcow2_IsCorrupt(int length, int code)
    {
        string path = _scratch.File("cut.qcow2");
        File.WriteAllBytes(path, File.ReadAllBytes(DemoBase.Path)[..length]);

        Fails(Prepare(path), code, "");
    }

    [Fact]
    public void EmptyFile_IsRefused()
    {
        string path = _scratch.File("empty.img");
        File.WriteAllBytes(path, []);

        Prepare(path).ExitCode.ShouldBeOneOf(3, 4);
    }

    [Fact]
    public void QcowDeclaredRaw_IsRefused() => Fails(Prepare(DemoBase.Path, "--base-format", "raw"), 3, "qcow2");

    [Fact]
    public void MissingBase_IsAnInputError() => Fails(Prepare(_scratch.File("absent.qcow2")), 5, "absent.qcow2");

    [Fact]
    public void FolderAsBase_IsAnInputError() => Fails(Prepare(_scratch.Path), 5, _scratch.Path);

    [Fact]
    public void UnknownRecipe_ListsTheKnown() => Fails(CliProgram.Run("prepare", "--recipe", "nonsense", "--base", DemoBase.Path, "--out", Output), 2, "debian-12");

    [Fact]
    public void ThreeRecipeMistakes_AreReportedAtOnce()
    {
        string recipe = _scratch.File("bad.yaml");
        File.WriteAllText(recipe, "name: bad\ncolour: red\nsteps:\n  repartition: { boundary: 1000 }\n  shrink: {}\n");

        ToolResult result = CliProgram.Run("prepare", "--recipe", recipe, "--base", DemoBase.Path, "--out", Output);

        Fails(result, 2, "3 problems");
        result.Error.ShouldContain("line 2, colour");
        result.Error.ShouldContain("line 4, steps.repartition.boundary");
        result.Error.ShouldContain("line 5, steps.shrink");
    }

    [Fact]
    public void RecipeForAnotherGuest_IsRefused() =>
        Fails(CliProgram.Run("prepare", "--recipe", "debian-13", "--base", DemoBase.Path, "--out", Output), 3, "Choose another recipe");

    [Fact]
    public void NonEmptyOutput_IsRefusedAndKept()
    {
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "mine.txt"), "precious");

        ToolResult result = Prepare(DemoBase.Path);

        result.ExitCode.ShouldBe(5);
        result.Error.ShouldContain("is not empty (it holds mine.txt)");
        Directory.GetFileSystemEntries(Output).ShouldBe([Path.Combine(Output, "mine.txt")]);
    }

    [Fact]
    public void OutputIsAFile_IsRefused()
    {
        File.WriteAllText(Output, "precious");

        Prepare(DemoBase.Path).ExitCode.ShouldBe(5);
        File.ReadAllText(Output).ShouldBe("precious");
    }

    [Fact]
    public void ReadOnlyOutput_IsAnOutputError()
    {
        // Root may write anywhere but to a read-only file system; /proc is one place where nobody can make a folder.
        ToolResult result = CliProgram.Run("prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", "/proc/imageprep-out");

        result.ExitCode.ShouldBe(5);
        result.Error.ShouldContain("/proc/imageprep-out");
    }

    [Fact]
    public void FullDisk_LeavesNothing()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("a small file system to fill needs root");
        }

        string mount = _scratch.File("small");
        Directory.CreateDirectory(mount);
        if (OutsideTool.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount).ExitCode != 0)
        {
            Assert.Skip("tmpfs cannot be mounted here");
        }

        try
        {
            ToolResult result = CliProgram.Run("prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--count", "3", "--out", Path.Combine(mount, "out"));

            result.ExitCode.ShouldBe(5, result.Error);
            result.Error.ShouldContain("space");
            Directory.GetFileSystemEntries(mount).ShouldBeEmpty();
        }
        finally
        {
            OutsideTool.Run("umount", mount).EnsureSuccess("umount");
        }
    }

    [Theory]
    [InlineData("prepare")]
    [InlineData("frobnicate")]
    [InlineData("prepare", "--base")]
    [InlineData("stamp", "x.json", "--out", "y", "--layout", "sideways")]
    public void BadCommandLine_IsAUsageError(params string[] arguments)
    {
        ToolResult result = CliProgram.Run(arguments);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("--help");
        result.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("IMAGE", "inspect", "")]
    [InlineData("IMAGE", "ls", "", "/")]
    [InlineData("PATH", "ls", "x.img", "")]
    [InlineData("--backing", "inspect", "x.img", "--backing", "")]
    [InlineData("--catalog", "inspect", "x.img", "--catalog", "")]
    [InlineData("--catalog", "catalog", "--catalog", "")]
    [InlineData("--recipe", "prepare", "--recipe", "", "--base", "x.img", "--out", "y")]
    [InlineData("--base", "prepare", "--recipe", "debian-12", "--base", "", "--out", "y")]
    [InlineData("--out", "prepare", "--recipe", "debian-12", "--base", "x.img", "--out", "")]
    [InlineData("--nodes", "prepare", "--recipe", "debian-12", "--base", "x.img", "--out", "y", "--nodes", "")]
    [InlineData("--entropy-file", "prepare", "--recipe", "debian-12", "--base", "x.img", "--out", "y", "--entropy-file", "")]
    [InlineData("GOLDEN", "stamp", "", "--count", "1", "--out", "y")]
    [InlineData("--out", "stamp", "x.json", "--count", "1", "--out", "")]
    [InlineData("FILE", "rngtest", "")]
    [InlineData("--html", "rngtest", "x", "--html", "")]
    [InlineData("FILE", "entropy", "assess", "")]
    [InlineData("--restarts", "entropy", "assess", "x", "--restarts", "")]
    [InlineData("NAME", "recipes", "")]
    public void EmptyValue_IsAUsageErrorThatNamesIt(string what, params string[] arguments)
    {
        ToolResult result = CliProgram.Run(arguments);

        result.ExitCode.ShouldBe(2, result.Error);
        result.Error.ShouldContain($"imageprep: {what}: '' is empty");
        result.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("GOLDEN", "stamp", ".", "--count", "1", "--out", "y")]
    [InlineData("--nodes", "stamp", "x.json", "--nodes", ".", "--out", "y")]
    [InlineData("--entropy-file", "stamp", "x.json", "--count", "1", "--entropy-file", ".", "--out", "y")]
    [InlineData("--catalog", "catalog", "--catalog", ".")]
    [InlineData("FILE", "rngtest", ".")]
    [InlineData("FILE", "entropy", "assess", ".")]
    public void FolderWhereAFileIsMeant_IsAUsageErrorThatSaysSo(string what, params string[] arguments)
    {
        ToolResult result = CliProgram.Run(arguments);

        result.ExitCode.ShouldBe(2, result.Error);
        result.Error.ShouldContain($"imageprep: {what}: '.' is a folder; name a file.");
    }

    [Fact]
    public void NodesAndCount_ExcludeEachOther() => Fails(Prepare(DemoBase.Path, "--nodes", "x.csv", "--count", "3"), 2, "--nodes");

    [Fact]
    public void NodesOfARecipeWithoutSlots_AreRefusedBeforeAnythingIsWritten()
    {
        string recipe = _scratch.File("plain.yaml");
        File.WriteAllText(recipe, "name: plain\nsteps:\n  repartition: {}\n");
        string[] arguments = ["prepare", "--recipe", recipe, "--base", DemoBase.Path, "--count", "2"];

        ToolResult result = CliProgram.Run([.. arguments, "--out", Output]);

        Fails(result, 3, "Add the steps reset-identity and add-node-entropy");
        result.Error.ShouldNotContain("Writing the golden image");
        CliProgram.Run([.. arguments, "--dry-run"]).ExitCode.ShouldBe(3);
    }

    [Fact]
    public void RawOverlay_IsRefused() => Fails(Prepare(DemoBase.Path, "--count", "1", "--format", "raw"), 2, "--layout standalone");

    [Fact]
    public void BadNodeList_ReportsEveryLine()
    {
        string list = _scratch.File("nodes.csv");
        File.WriteAllText(list, "name,mac\nUPPER,1\nb,zz\n");

        ToolResult result = Prepare(DemoBase.Path, "--nodes", list);

        Fails(result, 2, "3 problems");
    }

    [Fact]
    public void Stamp_GoldenThatWasChanged_IsRefused()
    {
        Prepare(DemoBase.Path).EnsureSuccess("prepare");
        string golden = Path.Combine(Output, "golden.qcow2");
        byte[] bytes = File.ReadAllBytes(golden);
        bytes[^1] ^= 1;
        File.WriteAllBytes(golden, bytes);

        ToolResult result = CliProgram.Run("stamp", Path.Combine(Output, "golden.json"), "--count", "1", "--out", _scratch.File("nodes"));

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("SHA-256");
        Directory.Exists(_scratch.File("nodes")).ShouldBeFalse();
    }

    [Fact]
    public void Cat_AbsentPath_SaysSo() => Fails(CliProgram.Run("cat", DemoBase.Path, "/etc/absent"), 5, "/etc/absent");

    private ToolResult Prepare(string path, params string[] more) =>
        CliProgram.Run(["prepare", "--recipe", "debian-12", "--base", path, "--out", Output, .. more]);

    private void Fails(ToolResult result, int code, string text)
    {
        result.ExitCode.ShouldBe(code, result.Error);
        result.Error.ShouldContain(text);
        result.Error.Split('\n').Count(line => line.StartsWith("imageprep: ", StringComparison.Ordinal)).ShouldBe(1);
        result.Error.ShouldNotContain("   at ");
        (Directory.Exists(Output) && Directory.EnumerateFileSystemEntries(Output).Any()).ShouldBeFalse();
    }
}
