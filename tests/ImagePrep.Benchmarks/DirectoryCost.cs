using System.Diagnostics;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Benchmarks;

/// <summary>What single calls cost in a directory of 100,000 names, in this process. What is held back is written by Flush, measured by itself.</summary>
internal sealed record DirectoryCost(string Shape, CallTimes Insert, CallTimes LookUp, CallTimes Delete, double FlushMilliseconds)
{
    private const int Names = 100_000;
    private const int Counted = 2_000;

    /// <summary>Measures every shape and prints a line of each.</summary>
    public static IReadOnlyList<DirectoryCost> MeasureAll()
    {
        (string Shape, int ContentBytes, string[] Options)[] shapes =
        [
            ("ext4, 4 KiB blocks", 0, ["-t", "ext4", "-b", "4096"]),
            ("ext4, 1 KiB blocks, large_dir", 0, ["-t", "ext4", "-b", "1024", "-O", "large_dir"]),
            ("the same, between the blocks of its files", 1000, ["-t", "ext4", "-b", "1024", "-O", "large_dir"]),
            ("ext3, 4 KiB blocks", 0, ["-t", "ext3", "-b", "4096"]),
            ("ext3, 1 KiB blocks, between those of its files", 1000, ["-t", "ext3", "-b", "1024"]),
        ];
        List<DirectoryCost> costs = [];
        Console.WriteLine($"{"directory of 100,000 names, ms a call",-48}{"insert",8}{"worst",8}{"work",8}{"look up",8}{"worst",8}{"delete",8}{"worst",8}{"flush",8}");
        foreach ((string shape, int contentBytes, string[] options) in shapes)
        {
            DirectoryCost cost = Measure(shape, contentBytes, options);
            costs.Add(cost);
            Console.WriteLine(
                $"{cost.Shape,-48}{cost.Insert.Median,8:0.000}{cost.Insert.Worst,8:0.0}{cost.Insert.WorstWork,8:0.0}{cost.LookUp.Median,8:0.000}{cost.LookUp.Worst,8:0.0}"
                + $"{cost.Delete.Median,8:0.000}{cost.Delete.Worst,8:0.0}{cost.FlushMilliseconds,8:0.0}");
        }

        return costs;
    }

    /// <param name="shape">For the table.</param>
    /// <param name="contentBytes">Of each file. Blocks of files between those of the directory scatter it.</param>
    /// <param name="options">Of mke2fs.</param>
    private static DirectoryCost Measure(string shape, int contentBytes, params string[] options)
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("directory.img");
        OutsideTool.Run("mke2fs", ["-q", "-F", .. options, "-N", "120000", path, "1G"]).EnsureSuccess("mke2fs");
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        NodeId directory = files.CreateDirectory(files.Root, "names", new NodeAttributes(0x1ED));
        byte[] content = new byte[contentBytes];
        void Insert(int i) => files.CreateFile(directory, $"a-name-of-some-length-{i}", new NodeAttributes(0x1A4), content);
        for (int i = 0; i < Names; i++)
        {
            Insert(i);
        }

        files.Flush();

        // Counted as prepare does it: edits in memory over an image that the page cache holds. Otherwise the worst call is the kernel's first look at a hole.
        ReadThrough(path);
        files = ExtFileSystem.OpenForEditing(new OverlayDevice(device), new UnixTime(1_700_000_000));
        CallTimes inserts = CallTimes.Of(Counted, i => Insert(Names + i));
        long start = Stopwatch.GetTimestamp();
        files.Flush();
        double flush = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        CallTimes lookUps = CallTimes.Of(Counted, i => files.TryLookup(directory, $"a-name-of-some-length-{i * 17}", out _));
        CallTimes deletes = CallTimes.Of(Counted, i => files.Unlink(directory, $"a-name-of-some-length-{i * 17}"));
        return new DirectoryCost(shape, inserts, lookUps, deletes, flush);
    }

    private static void ReadThrough(string path)
    {
        using FileStream image = File.OpenRead(path);
        image.CopyTo(Stream.Null, 1 << 20);
    }
}

/// <summary>Times of a call in milliseconds.</summary>
/// <param name="Median">By the clock.</param>
/// <param name="Worst">By the clock, with whatever else the machine did meanwhile.</param>
/// <param name="WorstWork">Longest time that a call was on a processor, garbage collection included: what the code costs, whatever else runs.</param>
internal sealed record CallTimes(double Median, double Worst, double WorstWork)
{
    public static CallTimes Of(int count, Action<int> call)
    {
        List<double> times = new(count);
        List<double> work = new(count);

        // The first call also compiles what it needs: made, not counted.
        call(0);
        for (int i = 1; i <= count; i++)
        {
            double before = ThreadClock.Milliseconds;
            long start = Stopwatch.GetTimestamp();
            call(i);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            work.Add(ThreadClock.Milliseconds - before);
        }

        return new CallTimes(times.Order().ElementAt(count / 2), times.Max(), work.Max());
    }
}
