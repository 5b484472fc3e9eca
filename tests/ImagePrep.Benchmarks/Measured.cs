using System.Diagnostics;
using System.Globalization;

namespace ImagePrep.Benchmarks;

/// <summary>One run of a program as a whole process.</summary>
/// <param name="Seconds">From start to exit.</param>
/// <param name="PeakMebibytes">Highest resident memory; 0 where the system does not tell.</param>
internal sealed record Run(double Seconds, double PeakMebibytes);

/// <summary>A command that can be run again and again.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Program">Full path.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Reset">Takes away what the run before made; not timed.</param>
internal sealed record Measured(string Name, string Program, IReadOnlyList<string> Arguments, Action Reset)
{
    public Run Run()
    {
        Reset();
        ProcessStartInfo start = new(Program, Arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
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

        // 1 is "findings": inspecting an unprepared base has some.
        return process.ExitCode <= 1 ? new Run(seconds, peak) : throw new InvalidOperationException($"{Program} returned {process.ExitCode}.\n{error.Result}");
    }

    /// <summary>The kernel keeps the highest resident size of a process (VmHWM, proc(5)), so looking now and then misses little.</summary>
    private static double PeakOf(int processId)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
