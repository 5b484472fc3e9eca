using System.Diagnostics;
using System.Globalization;
using ImagePrep.TestKit;

namespace ImagePrep.Benchmarks;

/// <summary>One run of a program as a whole process.</summary>
/// <param name="Seconds">From start to exit.</param>
/// <param name="PeakMebibytes">Highest resident memory of the largest process of the run; 0 where the system does not tell.</param>
internal sealed record Run(double Seconds, double PeakMebibytes);

/// <summary>A command that can be run again and again.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Program">Full path; null where the program is not installed.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Measured(string Name, string? Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Makes what the run uses up; not timed.</summary>
    public Action Before { get; init; } = () => { };

    /// <summary>Takes away what the run made, so that no later run waits for the disk to take it; not timed.</summary>
    public Action After { get; init; } = () => { };

    /// <summary>The highest exit status of a run that did its work.</summary>
    public int HighestStatus { get; init; }

    /// <summary>The bar of our own command, in seconds.</summary>
    public double? MostSeconds { get; init; }

    /// <summary>The bar of what is measured beside our command: how many times as long ours may take.</summary>
    public double? MostRatio { get; init; }

    /// <summary>A tool found on the PATH.</summary>
    public static Measured Tool(string name, string tool, params IReadOnlyList<string> arguments) => new(name, OutsideTool.Find(tool), arguments);

    /// <summary>A script of the shell, with its arguments from $1 on. <paramref name="needs"/> is the tool without which it cannot run.</summary>
    public static Measured Script(string name, string needs, string script, params IReadOnlyList<string> arguments) =>
        new(name, OutsideTool.Find(needs) is null ? null : "/bin/sh", ["-ec", script, "sh", .. arguments]);

    public Run Run()
    {
        Before();
        ProcessStartInfo start = new(Program!, Arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };

        // sfdisk is in /usr/sbin, which is not on everybody's PATH.
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        double peak = 0;
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(20)))
        {
            peak = Math.Max(peak, PeakOf(process.Id));
        }

        double seconds = watch.Elapsed.TotalSeconds;
        Task.WaitAll(error, output);
        if (process.ExitCode > HighestStatus)
        {
            throw new InvalidOperationException($"{Program} {string.Join(' ', Arguments)} returned {process.ExitCode}.\n{error.Result}");
        }

        After();
        return new Run(seconds, peak);
    }

    /// <summary>
    /// The kernel keeps the highest resident size of a process (VmHWM, proc(5)), so looking now and then misses little. A shell's tools are its children.
    /// </summary>
    private static double PeakOf(int processId)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            double own = line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
            string children = File.ReadAllText($"/proc/{processId}/task/{processId}/children");
            return children.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(child => PeakOf(int.Parse(child, CultureInfo.InvariantCulture)))
                .Append(own)
                .Max();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
