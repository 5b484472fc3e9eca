using System.Globalization;
using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>inspect, ls and cat on a guest that is spread over several partitions, as a person or a script meets them.</summary>
public sealed class LookInsideTests : IClassFixture<LookInsideTests.Disk>
{
    private readonly Disk _disk;

    public LookInsideTests(Disk disk) => _disk = disk;

    private string Image => _disk.Guest.Image;

    [Fact]
    public void Inspect_ShowsTheDiskInItsOrder()
    {
        ToolResult result = CliProgram.Run("inspect", Image);

        string[] lines = result.Output.Split('\n');
        lines.ShouldContain(line => line.Contains("│ 14", StringComparison.Ordinal) && line.Contains("│ 15 /boot/efi", StringComparison.Ordinal) && line.Contains("│ 2 /boot ", StringComparison.Ordinal));
        int[] numbers = [.. lines.SkipWhile(line => !line.TrimStart().StartsWith("No ", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.Trim().Length > 0)
            .Select(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture))];
        numbers.ShouldBe([14, 15, 2, 4, 1, 3]);
        result.Output.ShouldContain("15: vfat (FAT16), label 'ESP', UUID ABCD-1234");
        result.Output.ShouldContain("4: swap, label 'memory'");
        lines.Where(line => line.Contains('│', StringComparison.Ordinal)).ShouldAllBe(line => line.Length <= 80);
    }

    [Fact]
    public void InspectJson_NamesEveryPartition()
    {
        using JsonDocument report = JsonDocument.Parse(CliProgram.Run("inspect", Image, "--json").Output);

        JsonElement[] partitions = [.. report.RootElement.GetProperty("partitions").EnumerateArray()];
        string[] Of(string name) => [.. partitions.Select(partition => partition.GetProperty(name).ToString())];
        Of("number").ShouldBe(["14", "15", "2", "4", "1", "3"]);
        Of("content").ShouldBe(["", "vfat", "ext4", "swap", "ext4", "ext4"]);
        Of("mountPoint").ShouldBe(["", "/boot/efi", "/boot", "", "/", "/mnt/data"]);
        Of("partitionUuid")[2].ShouldBe("aaaaaaaa-0000-4000-8000-000000000001");
        Of("alignment").ShouldAllBe(verdict => verdict == "aligned");
    }

    [Theory]
    [InlineData("/boot/vmlinuz", "kernel")]
    [InlineData("/boot/efi/EFI/grubx64.efi", "loader")]
    [InlineData("/mnt/data/kernel", "kernel")]
    [InlineData("/mnt/data/esp/grubx64.efi", "loader")]
    [InlineData("/mnt/data/esp/../../vmlinuz", "kernel")]
    [InlineData("//boot/./efi/EFI/grubx64.efi", "loader")]
    public void Cat_GoesAcrossMountsAndLinks(string path, string content) =>
        CliProgram.Run("cat", Image, path).EnsureSuccess("cat").Output.TrimEnd('\n').ShouldBe(content);

    [Theory]
    [InlineData("/mnt/data/esp", "grubx64.efi")]
    [InlineData("/boot/efi/EFI/", "grubx64.efi")]
    [InlineData("/mnt/data/kernel", "/mnt/data/kernel -> ../../boot/vmlinuz")]
    [InlineData("/mnt/data/dangling", "/mnt/data/dangling -> /nowhere")]
    [InlineData("/mnt/data/loop", "/mnt/data/loop -> loop")]
    [InlineData("/srv", "a\\x1b[31mred\\x0aname")]
    public void List_OneEntry_IsOneLine(string path, string shown)
    {
        string[] lines = CliProgram.Run("ls", Image, path).EnsureSuccess("ls").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.ShouldHaveSingleItem().ShouldEndWith(" " + shown);
    }

    [Fact]
    public void List_LinesUpItsColumns()
    {
        string[] lines = CliProgram.Run("ls", Image, "/mnt/data").EnsureSuccess("ls").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(6);
        lines.Select(line => line.IndexOf("20", 30, StringComparison.Ordinal)).Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("ls", "/boot/none", "/boot has no 'none'")]
    [InlineData("cat", "/boot/vmlinuz/", "/boot/vmlinuz is no folder")]
    [InlineData("cat", "/boot", "is a folder")]
    [InlineData("cat", "boot", "begins with '/'")]
    [InlineData("cat", "/mnt/data/dangling", "has no 'nowhere'")]
    [InlineData("cat", "/mnt/data/loop", "links that lead to each other")]
    public void NoSuchFile_TellsHowFarThePathLeads(string command, string path, string told)
    {
        ToolResult result = CliProgram.Run(command, Image, path);

        result.ExitCode.ShouldBe(5);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldContain(told);
    }

    [Fact]
    public void Cat_LargeSparseFile_StreamsInLittleMemory()
    {
        string limit = 0x400_0000.ToString("x", CultureInfo.InvariantCulture);
        ToolResult result = Shell($"DOTNET_GCHeapHardLimit={limit} {Command} cat {Image} /mnt/data/big | wc -c");

        result.Error.ShouldBeEmpty();
        result.Output.Trim().ShouldBe(SplitGuest.BigFileLength.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Cat_ReaderThatLeaves_EndsItQuietly()
    {
        ToolResult result = Shell($"{Command} cat {Image} /mnt/data/big | head -c5; echo \" ${{PIPESTATUS[0]}}\"");

        result.Error.ShouldBeEmpty();
        result.Output.Trim().ShouldBe("begin 0");
    }

    [Fact]
    public void Cat_IntoAFileThatGrows_KeepsWhatIsThere()
    {
        string target = _disk.Guest.Scratch("both");
        Shell($"( {Command} cat {Image} /boot/vmlinuz; {Command} cat {Image} /boot/efi/EFI/grubx64.efi ) > {target}").EnsureSuccess("cat twice");

        File.ReadAllText(target).ShouldBe("kernelloader");
    }

    private static string Command => string.Join(' ', CliProgram.Command);

    private static ToolResult Shell(string script)
    {
        OutsideTool.Require("bash");
        return OutsideTool.Run("bash", ["-c", script], seconds: 120);
    }

    /// <summary>Made once: nothing here writes to it.</summary>
    public sealed class Disk : IDisposable
    {
        private readonly Lazy<SplitGuest> _guest = new(() => new SplitGuest());

        internal SplitGuest Guest => _guest.Value;

        public void Dispose()
        {
            if (_guest.IsValueCreated)
            {
                _guest.Value.Dispose();
            }
        }
    }
}
