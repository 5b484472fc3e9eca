using System.Text.RegularExpressions;
using Shouldly;

namespace ImagePrep.TestKit;

/// <summary>The checker of e2fsprogs as the oracle for ext file systems.</summary>
public static partial class E2fsck
{
    /// <summary>
    /// Fails unless <c>e2fsck -fn</c> prints its five pass lines and the summary and nothing else. Its exit code alone is not enough: it is 0 for a
    /// wrong group descriptor checksum and for wrong free counts.
    /// </summary>
    public static void ShouldBeSilent(string path)
    {
        ToolResult result = OutsideTool.Run("e2fsck", ["-fn", path], seconds: 120);
        string[] complaints = Complaints(result);
        complaints.ShouldBeEmpty($"e2fsck -fn {path}:\n{result.Output}\n{result.Error}");
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
    }

    /// <summary>What e2fsck says about a file system besides its pass lines and summary; empty for a sound one.</summary>
    public static string[] Complaints(string path) => Complaints(OutsideTool.Run("e2fsck", ["-fn", path], seconds: 120));

    private static string[] Complaints(ToolResult result) =>
        [.. (result.Output + result.Error).Split('\n').Where(line => line.Length > 0 && !Expected().IsMatch(line))];

    [GeneratedRegex(@"^(Pass [1-5]: [A-Z]|e2fsck \d|[^:]*: \d+/\d+ files \(\d+\.\d% non-contiguous\), \d+/\d+ blocks$)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Expected();
}
