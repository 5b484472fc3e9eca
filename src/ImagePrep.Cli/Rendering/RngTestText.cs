using System.Globalization;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Cli.Rendering;

/// <summary>The result of a random stream test, for people.</summary>
internal static class RngTestText
{
    private const int BytesPerBlock = 2500;

    public static void Write(TextWriter output, RngTestResult result, BatteryLimits limits, TimeSpan elapsed)
    {
        if (result.Blocks == 0)
        {
            output.WriteLine("No whole block to test: 2,504 bytes are the least (4 that prime the continuous test, then 2,500 a block).");
            return;
        }

        CultureInfo culture = CultureInfo.InvariantCulture;
        double rate = result.Blocks * BytesPerBlock / 1e6 / Math.Max(elapsed.TotalSeconds, 1e-6);
        output.WriteLine(string.Create(culture, $"{result.Blocks:N0} blocks of 20,000 bits, {result.FailedBlocks:N0} failed ({rate:N0} MB/s)"));
        output.WriteLine(string.Create(culture, $"{limits.Name}: an ideal source fails about {result.Blocks * limits.IdealFailureRate:N1} of that many."));
        output.WriteLine();
        output.WriteLine("Failed blocks by test");
        output.WriteLine(string.Create(culture, $"  monobit          {result.Failures.Monobit,8:N0}"));
        output.WriteLine(string.Create(culture, $"  poker            {result.Failures.Poker,8:N0}"));
        output.WriteLine(string.Create(culture, $"  runs             {result.Failures.Runs,8:N0}"));
        output.WriteLine(string.Create(culture, $"  long run         {result.Failures.LongRun,8:N0}"));
        output.WriteLine(string.Create(culture, $"  continuous run   {result.Failures.Continuous,8:N0}"));
    }
}
