using ImagePrep.Cli.Tests.Hostile;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>
/// Images out to harm: each is refused with its reason, in little time and memory, and the kernel is asked which files the program really opened.
/// </summary>
public sealed class HostileImageTests : IDisposable
{
    private static readonly HostileImage[] Images = [.. HostileQcow2.All, .. HostileContainers.All, .. HostileDisks.All];

    private readonly Confinement _confinement = new();

    public static TheoryData<string> Names => [.. Images.Select(image => image.Name)];

    public void Dispose() => _confinement.Dispose();

    /// <summary>inspect only looks, prepare would write; what opens the image is the same for ls and cat.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void HostileImage_IsRefusedWithItsReasonAndOpensNothingElse(string name)
    {
        HostileImage hostile = Images.Single(image => image.Name == name);
        string image = MakeImage(hostile);
        string[] declared = hostile.Declared is { } format ? ["--base-format", format] : [];

        foreach (string[] command in new string[][]
        {
            ["inspect", image, .. declared],
            ["prepare", "--recipe", "debian-12", "--base", image, "--out", Path.Combine(_confinement.Own, "out"), .. declared],
        })
        {
            ConfinedRun run = Run(command, image);

            // What is wrong inside a partition is a finding for who inspects, and an error for who prepares.
            if (command[0] == "inspect" && run.ExitCode == 1)
            {
                run.Output.ShouldContain(hostile.Reason, Case.Insensitive);
            }
            else
            {
                run.ExitCode.ShouldBe(hostile.ExitCode, run.Output + run.Error);
                run.Error.ShouldContain(hostile.Reason, Case.Insensitive);
            }

            Directory.Exists(Path.Combine(_confinement.Own, "out")).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("cat")]
    public void ImageThatNamesAnotherFile_IsNotFollowedByLsAndCat(string command)
    {
        string image = MakeImage(Images.Single(image => image.Name == "backing file of the host"));

        Run([command, image, "/etc/passwd"], image).ExitCode.ShouldBe(3);
    }

    [Fact]
    public void HealthyImageOfTheBuilder_IsRead()
    {
        Confinement.Require();
        string image = _confinement.Elsewhere("image");
        new Qcow2Bytes().Save(image);

        ConfinedRun run = Run(["inspect", image], image);

        run.ExitCode.ShouldBeOneOf([0, 1], run.Error);
        run.Output.ShouldContain("512");
    }

    [Fact]
    public void VmdkWithItsOwnFooter_IsRead()
    {
        Confinement.Require();
        string image = _confinement.Elsewhere("image");
        HostileContainers.WriteStream(image, _ => { });

        Run(["inspect", image, "--base-format", "vmdk"], image).ExitCode.ShouldBeOneOf([0, 1]);
    }

    /// <summary>The harness itself: a file that is opened without having been given is seen.</summary>
    [Fact]
    public void Confinement_SeesAFileThatWasNotGiven()
    {
        Confinement.Require();
        string image = _confinement.Elsewhere("image");
        new Qcow2Bytes().Save(image);

        _confinement.Run(["inspect", image]).Strangers.ShouldContain(line => line.Contains(image, StringComparison.Ordinal));
    }

    [Fact]
    public void BackingOption_OpensWhatIsListed()
    {
        using ScratchFolder scratch = new();
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "elsewhere.qcow2", "-F", "qcow2", scratch.File("top.qcow2"), "64M").EnsureSuccess("qemu-img create");

        ToolResult listed = CliProgram.Run("inspect", scratch.File("top.qcow2"), "--backing", DemoBase.Path);

        listed.ExitCode.ShouldBeOneOf([0, 1], listed.Error);
        listed.Output.ShouldContain("elsewhere.qcow2");
        CliProgram.Run("inspect", scratch.File("top.qcow2")).ExitCode.ShouldBe(3);
    }

    /// <summary>golden.json comes back into the program, perhaps from elsewhere: it may name the image beside it and no other.</summary>
    [Fact]
    public void Stamp_GoldenThatNamesAnotherFile_IsNotFollowed()
    {
        Confinement.Require();
        string output = _confinement.Elsewhere("golden");
        CliProgram.Run("prepare", "--recipe", "debian-12", "--base", DemoBase.Path, "--out", output).EnsureSuccess("prepare");
        string secret = _confinement.Elsewhere("secret");
        File.WriteAllText(secret, "of the host");
        string document = Path.Combine(output, "golden.json");
        string text = File.ReadAllText(document);

        foreach (string named in new[] { "../secret", secret })
        {
            File.WriteAllText(document, text.Replace("\"golden.qcow2\"", $"\"{named}\"", StringComparison.Ordinal));
            ConfinedRun run = Run(["stamp", document, "--count", "1", "--out", Path.Combine(_confinement.Own, "out")], document);
            run.ExitCode.ShouldNotBe(0, run.Output);
            run.Error.ShouldContain("golden.file: is a file name without a folder");
        }

        File.WriteAllText(document, text);
        string golden = Path.Combine(output, "golden.qcow2");
        File.Delete(golden);
        HostileImage.Create(golden, "qcow2", "64M", "-u", "-b", secret, "-F", "raw");
        Run(["stamp", document, "--count", "1", "--out", Path.Combine(_confinement.Own, "out")], document, golden, output).ExitCode.ShouldNotBe(0);
    }

    private string MakeImage(HostileImage hostile)
    {
        Confinement.Require();
        string secret = _confinement.Elsewhere("secret");
        File.WriteAllText(secret, "of the host");
        string image = _confinement.Elsewhere("image");
        hostile.Make(image, secret);
        return image;
    }

    private ConfinedRun Run(string[] command, params string[] given) => _confinement.Run(command, given).ShouldBeHarmless();
}
