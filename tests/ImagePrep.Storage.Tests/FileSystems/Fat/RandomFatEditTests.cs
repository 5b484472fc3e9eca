using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>Random edits of every kind of FAT file system: read back by us and by mtools, and judged by fsck.fat.</summary>
public sealed class RandomFatEditTests
{
    private static readonly UnixTime Time = new(1_700_000_001, 990_000_000);

    public static TheoryData<string> Shapes => FatShape.Names;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Edits_OfEveryShape_ReadBackAndLeaveFsckSilent(string shape) => Edit(FatShape.Of(shape), seed: 1, rounds: 2, steps: 60);

    /// <summary>About 16,000 operations; IMAGEPREP_FAT_SEED starts another walk.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Shapes))]
    public void Edits_ManyOfEveryShape_ReadBackAndLeaveFsckSilent(string shape) => Edit(
        FatShape.Of(shape), seed: int.Parse(Environment.GetEnvironmentVariable("IMAGEPREP_FAT_SEED") ?? "1000"), rounds: 20, steps: 50);

    private static void Edit(FatShape shape, int seed, int rounds, int steps)
    {
        OutsideTool.Require("mkfs.fat", "fsck.fat", "mcopy");
        using ScratchFolder scratch = new();
        string path = shape.Make(scratch);
        using FileDevice device = new(path);
        IFileSystem files = FatFileSystem.OpenForEditing(device, Time);
        int largest = (int)Math.Min(40_000, files.Summary.TotalBytes / 12);
        RandomFatEdits edits = new(files, seed, largest);
        for (int round = 0; round < rounds; round++)
        {
            edits.Run(steps);
            edits.Model.ShouldEqual(files);
            files.Flush();
            FsckFat.ShouldBeSilent(path);
            FatCheck.Verify(device).ShouldBeEmpty();
            files.Summary.FreeBytes.ShouldBe(FatFileSystem.OpenForReading(device).Summary.FreeBytes);
        }

        edits.Model.ShouldEqual(FatFileSystem.OpenForReading(device));
        if (shape.IsReadByMtools)
        {
            edits.Model.ShouldEqualFolder(Mtools.CopyAll(path, scratch));
        }
    }
}
