using System.Text;
using System.Text.RegularExpressions;

namespace ImagePrep.TestKit;

/// <summary>sfdisk and sgdisk on image files: they make the tables that tests read, and judge those that tests write.</summary>
public static class PartitioningTools
{
    /// <summary>A sparse image with the table that an sfdisk script describes.</summary>
    public static RawFile MakeWithSfdisk(string path, long length, string script, int sectorSize = 512)
    {
        OutsideTool.Require("sfdisk");
        RawFile file = RawFile.Create(path, length);
        string[] size = sectorSize == 512 ? [] : ["--sector-size", $"{sectorSize}"];
        OutsideTool.Run("sfdisk", ["--no-reread", "--no-tell-kernel", "--quiet", .. size, path], input: Encoding.UTF8.GetBytes(script))
            .EnsureSuccess($"sfdisk < \"{script}\"");
        return file;
    }

    /// <summary>A sparse image with the GPT that sgdisk makes with these arguments.</summary>
    public static RawFile MakeWithSgdisk(string path, long length, params string[] arguments)
    {
        OutsideTool.Require("sgdisk");
        RawFile file = RawFile.Create(path, length);
        OutsideTool.Run("sgdisk", [.. arguments, path]).EnsureSuccess($"sgdisk {string.Join(' ', arguments)}");
        return file;
    }

    /// <summary>What sfdisk --dump says, without the name of the file, so that two files can be compared.</summary>
    public static string Dump(RawFile file) =>
        OutsideTool.Run("sfdisk", "--dump", file.Path).EnsureSuccess("sfdisk --dump").Output.Replace(file.Path, "disk", StringComparison.Ordinal);

    /// <summary>The dump without what may change when partitions move: where they start, and how large the disk is.</summary>
    public static string DumpWithoutPlaces(RawFile file) =>
        Regex.Replace(Dump(file), @"start= *\d+, |^last-lba: \d+\n", "", RegexOptions.Multiline | RegexOptions.NonBacktracking);

    /// <summary>The first sector of each partition, by number, as sfdisk reads it.</summary>
    public static IReadOnlyDictionary<int, long> Starts(RawFile file) =>
        Regex.Matches(Dump(file), @"^disk(?<number>\d+) : start= *(?<start>\d+),", RegexOptions.Multiline | RegexOptions.NonBacktracking)
            .ToDictionary(match => int.Parse(match.Groups["number"].Value), match => long.Parse(match.Groups["start"].Value));

    /// <summary>Throws unless sfdisk --verify, and for a GPT also sgdisk -v, find nothing to say.</summary>
    public static void Verify(RawFile file, bool isGpt)
    {
        ToolResult sfdisk = OutsideTool.Run("sfdisk", "--verify", file.Path);
        if (sfdisk.ExitCode != 0 || !sfdisk.Output.Contains("No errors detected", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"sfdisk --verify: {sfdisk.Output}{sfdisk.Error}");
        }

        if (isGpt)
        {
            ToolResult sgdisk = OutsideTool.Run("sgdisk", "-v", file.Path);
            if (sgdisk.ExitCode != 0 || !sgdisk.Output.Contains("No problems found", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"sgdisk -v: {sgdisk.Output}{sgdisk.Error}");
            }
        }
    }
}
