using System.Text.RegularExpressions;
using Shouldly;

namespace ImagePrep.TestKit;

/// <summary>The checker of dosfstools as the oracle for FAT file systems.</summary>
public static partial class FsckFat
{
    /// <summary>Fails unless <c>fsck.fat -n</c> prints its version and its count and nothing else, and returns 0.</summary>
    public static void ShouldBeSilent(string path)
    {
        ToolResult result = OutsideTool.Run("fsck.fat", ["-n", path], seconds: 120);
        Complaints(result).ShouldBeEmpty($"fsck.fat -n {path}:\n{result.Output}\n{result.Error}");
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
    }

    /// <summary>What fsck.fat says about a file system besides its version and count; empty for a sound one.</summary>
    public static string[] Complaints(string path) => Complaints(OutsideTool.Run("fsck.fat", ["-n", path], seconds: 120));

    private static string[] Complaints(ToolResult result) =>
        [.. (result.Output + result.Error).Split('\n').Where(line => line.Length > 0 && !Expected().IsMatch(line))];

    // The three lines of the warning about a FAT32 with few clusters are about how mkfs.fat was called.
    [GeneratedRegex(
        @"^(fsck\.fat \d|[^:]*: \d+ files, \d+/\d+ clusters$|Warning: Filesystem is FAT32 according to fat_length and fat32_length fields,$"
        + @"|  but has only \d+ clusters, less than the required minimum of 65525\.$|  This may lead to problems on some systems\.$)",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Expected();
}
