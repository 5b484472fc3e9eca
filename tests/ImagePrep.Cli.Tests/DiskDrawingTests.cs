using ImagePrep.Cli.Rendering;

namespace ImagePrep.Cli.Tests;

public sealed class DiskDrawingTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Draw_ShowsPartsInOrderWithGapsAndSharesTheWidthBySize()
    {
        IReadOnlyList<string> lines = DiskDrawing.Draw(100 * MiB, [new(MiB, 19 * MiB, "1 /boot", "ext3"), new(20 * MiB, 60 * MiB, "2 /", "ext4")]);

        lines.ShouldAllBe(line => line.Length == 76);
        string[] names = lines[1].Split('│', StringSplitOptions.RemoveEmptyEntries);
        names.Select(name => name.Trim()).ShouldBe(["··"[..names[0].Length], "1 /boot", "2 /", new string('·', names[3].Length)]);
        names[2].Length.ShouldBeGreaterThan(names[1].Length * 3 / 2);
        lines[2].Split('│', StringSplitOptions.RemoveEmptyEntries).Select(content => content.Trim('·', ' ')).ShouldBe(["", "ext3", "ext4", ""]);
    }

    [Fact]
    public void Draw_ExtendedPartition_IsNoCellBesideItsLogicalOnes()
    {
        IReadOnlyList<string> lines = DiskDrawing.Draw(10 * MiB, [new(0, 10 * MiB, "2", ""), new(0, 5 * MiB, "5", "ext4"), new(5 * MiB, 5 * MiB, "6", "swap")]);

        lines[1].Split('│', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim()).ShouldBe(["5", "6"]);
    }

    [Fact]
    public void Draw_MorePartsThanALineHolds_GoesOnBelow()
    {
        DrawnPart[] parts = [.. Enumerable.Range(1, 128).Select(i => new DrawnPart(i * MiB, MiB, $"{i}", "ext4"))];

        IReadOnlyList<string> lines = DiskDrawing.Draw(1L << 40, parts, 60);

        lines.ShouldAllBe(line => line.Length == 60);
        string[] names = [.. lines.Where((_, index) => index % 4 == 1).SelectMany(line => line.Split('│', StringSplitOptions.RemoveEmptyEntries)).Select(name => name.Trim('·', ' '))];
        names.Where(name => name.Length > 0).ShouldBe(parts.Select(part => part.Name));
    }
}
