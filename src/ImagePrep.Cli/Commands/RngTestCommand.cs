using System.CommandLine;
using System.Diagnostics;
using ImagePrep.Cli.Rendering;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep rngtest [FILE|-]</summary>
internal static class RngTestCommand
{
    public static Command Build()
    {
        Argument<string> file = new("FILE")
        {
            Description = "File to test; '-' or nothing for standard input.",
            DefaultValueFactory = _ => "-",
        };
        Option<long?> blocks = new("--blocks") { Description = "Stop after this many blocks.", HelpName = "N" };
        Option<string> battery = new("--battery") { Description = "Limits of the tests.", HelpName = "NAME", DefaultValueFactory = _ => BatteryLimits.DefaultId };
        battery.AcceptOnlyFromAmong([.. BatteryLimits.ForStreams.Select(limits => limits.Id)]);
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "rngtest",
            "Runs the statistical tests of FIPS 140-2 (Change Notice 1, or other limits) on blocks of 20,000 bits, with the verdicts of rng-tools' rngtest. "
            + "They alarm on a broken generator; they do not measure entropy. Returns 0 when no block failed, 1 otherwise.")
        {
            file,
            blocks,
            battery,
            json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(blocks), BatteryLimits.ForStreams.Single(limits => limits.Id == parsed.GetValue(battery)), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string file, long? blocks, BatteryLimits limits, bool json)
    {
        if (blocks < 1)
        {
            throw CommonOptions.Misuse("--blocks", "is a number from 1");
        }

        using Stream input = file == "-" ? Console.OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        long start = Stopwatch.GetTimestamp();
        RngTestResult result = RngTest.Run(input, blocks, limits);
        if (json)
        {
            Console.Write(CliJson.Write(result));
        }
        else
        {
            RngTestText.Write(Console.Out, result, limits, Stopwatch.GetElapsedTime(start));
        }

        return result.Passed ? ExitCodes.Done : ExitCodes.Findings;
    }
}
