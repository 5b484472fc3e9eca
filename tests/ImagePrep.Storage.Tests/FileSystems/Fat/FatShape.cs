using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>One way to make a FAT file system: what builders of real images pass to mkfs.fat, and the corners of the format.</summary>
internal sealed record FatShape(string Name, string Size, params string[] Options)
{
    /// <summary>Every difference that changes how something is stored.</summary>
    public static IReadOnlyList<FatShape> All { get; } =
    [
        new("fat12-alpine", "512K"),
        new("fat12-floppy", "1440K", "-F", "12", "-r", "224"),
        new("fat12-tiny", "96K", "-F", "12", "-r", "16", "-f", "1", "-s", "1"),
        new("fat12-1k", "4M", "-F", "12", "-S", "1024", "-s", "2"),
        new("fat12-4k", "8M", "-F", "12", "-S", "4096", "-s", "1", "-R", "3"),
        new("fat16", "64M", "-F", "16"),
        new("fat16-small", "5M", "-F", "16", "-s", "1", "-f", "1", "-r", "64", "-R", "8"),
        new("fat16-2k", "64M", "-F", "16", "-S", "2048", "-s", "2"),
        new("fat16-4k", "64M", "-F", "16", "-S", "4096", "-s", "1"),
        new("fat16-32k", "256M", "-F", "16", "-s", "64"),
        new("fat32", "40M", "-F", "32", "-s", "1"),
        new("fat32-1k", "100M", "-F", "32", "-S", "1024", "-s", "1"),
        new("fat32-arch", "300M", "-F", "32", "-S", "4096"),
        new("fat32-one-table", "80M", "-F", "32", "-s", "2", "-f", "1", "-R", "64", "-b", "12"),
        new("fat32-few-clusters", "4M", "-F", "32", "-s", "1"),
        new("fat32-4k-clusters", "270M", "-F", "32", "-s", "8"),
    ];

    public static TheoryData<string> Names => [.. All.Select(shape => shape.Name)];

    /// <summary>mtools reads a FAT32 with too few clusters as FAT16, and fails.</summary>
    public bool IsReadByMtools => Name != "fat32-few-clusters";

    public static FatShape Of(string name) => All.Single(shape => shape.Name == name);

    /// <summary>Makes the image with a fixed identifier and time.</summary>
    public string Make(ScratchFolder scratch)
    {
        string path = scratch.File($"{Name}.img");
        OutsideTool.Run("truncate", ["-s", Size, path]).EnsureSuccess("truncate");
        OutsideTool.Run("mkfs.fat", ["--invariant", "-i", "1234ABCD", "-n", "BOOT", .. Options, path]).EnsureSuccess($"mkfs.fat {Name}");
        return path;
    }
}
