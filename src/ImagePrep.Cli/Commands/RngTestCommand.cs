using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ImagePrep.Cli.Rendering;
using ImagePrep.Cli.Rendering.Html;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.StatisticalTests;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep rngtest [FILE|-]</summary>
internal static class RngTestCommand
{
    public static Command Build(Interruption interruption)
    {
        Argument<string> file = CommonOptions.OfFiles(new Argument<string>("FILE")
        {
            Description = "File to test; '-' or nothing for standard input.",
            DefaultValueFactory = _ => "-",
        });
        Option<string> battery = new("--battery") { Description = DescribeBatteries(), HelpName = "NAME", DefaultValueFactory = _ => BatteryLimits.DefaultId };
        battery.AcceptOnlyFromAmong([.. StreamBatteries.All.Select(known => known.Id)]);
        Option<long?> blocks = new("--blocks") { Description = "Stop after this many blocks or sequences.", HelpName = "N" };
        Option<double?> alpha = new("--alpha")
        {
            Description = "How often an ideal sample may fail each bound of the exact battery. Default: 1e-6.",
            HelpName = "P",
        };
        Option<int?> sequenceBits = new("--sequence-bits")
        {
            Description = "Length of the sequences of SP 800-22. Default: 1000000.",
            HelpName = "N",
        };
        Option<bool> json = CommonOptions.Json();
        Option<string> html = CommonOptions.OfFiles(
            new Option<string>("--html") { Description = "Also write a page: statistics against their bounds, and a picture of the first bits.", HelpName = "FILE" });
        Command command = new(
            "rngtest",
            "Runs statistical tests on random bytes; those of FIPS 140-2 Change Notice 1 on blocks of 20,000 bits, with the verdicts of rng-tools' rngtest, "
            + "unless another battery is asked for. They alarm on a broken generator; they do not measure entropy. Returns 0 when no test failed, 1 otherwise.")
        {
            file,
            battery,
            blocks,
            alpha,
            sequenceBits,
            json,
            html,
        };
        command.SetAction(parsed =>
        {
            interruption.EndAtOnce();
            return Run(
                parsed.GetValue(file)!,
                StreamBatteries.Find(parsed.GetValue(battery)!)!,
                new BatteryOptions(parsed.GetValue(blocks), parsed.GetValue(alpha), parsed.GetValue(sequenceBits)),
                parsed.GetValue(json),
                parsed.GetValue(html));
        });
        return command;
    }

    private static int Run(string file, IStreamBattery battery, BatteryOptions options, bool json, string? html)
    {
        Check(options, battery);
        if (html is not null && ResolvedPath.Of(html) == ResolvedPath.Of(file))
        {
            throw CommonOptions.Misuse("--html", "names the file that is tested, which the page would replace");
        }

        using Stream input = CommonOptions.OpenInput(file);
        long start = Stopwatch.GetTimestamp();
        using StreamHead head = StreamHead.Of(input, html is null ? 0 : RandomnessPage.HeadBytes);
        IBatteryResult result = battery.Run(head.Whole, options);
        if (json)
        {
            Console.Write(CliJson.Write(result));
        }
        else
        {
            RngTestText.Write(Console.Out, battery, result, Stopwatch.GetElapsedTime(start));
        }

        if (html is not null)
        {
            File.WriteAllText(html, RandomnessPage.Write(CommonOptions.InputName(file), battery, result, head.Bytes));
        }

        return result.Passed ? ExitCodes.Done : ExitCodes.Findings;
    }

    private static void Check(BatteryOptions options, IStreamBattery battery)
    {
        CheckTaken("--blocks", options.Blocks is not null, BatteryParameters.Blocks, battery);
        CheckTaken("--alpha", options.Alpha is not null, BatteryParameters.Alpha, battery);
        CheckTaken("--sequence-bits", options.SequenceBits is not null, BatteryParameters.SequenceBits, battery);
        if (options.Blocks < 1)
        {
            throw CommonOptions.Misuse("--blocks", "is a number from 1");
        }

        if (options.Alpha is { } alpha && !(alpha >= ExactLimits.MinAlpha && alpha <= ExactLimits.MaxAlpha))
        {
            throw CommonOptions.Misuse("--alpha", string.Create(CultureInfo.InvariantCulture, $"is a probability from {ExactLimits.MinAlpha:0e0} to {ExactLimits.MaxAlpha}"));
        }

        if (options.SequenceBits is { } bits && !Sp80022Battery.Accepts(bits))
        {
            throw CommonOptions.Misuse(
                "--sequence-bits",
                $"is a multiple of 8 from {Sp80022Battery.MinSequenceBits} to {Sp80022Battery.MaxSequenceBits} without a prime factor above {Sp80022Battery.LargestPrimeFactor}, such as 1000000 or 1048576");
        }
    }

    private static void CheckTaken(string option, bool given, BatteryParameters parameter, IStreamBattery battery)
    {
        if (given && !battery.Takes.HasFlag(parameter))
        {
            IEnumerable<string> takers = StreamBatteries.All.Where(other => other.Takes.HasFlag(parameter)).Select(other => other.Id);
            throw CommonOptions.Misuse(option, $"means nothing to --battery {battery.Id}; it goes with {string.Join(", ", takers)}");
        }
    }

    private static string DescribeBatteries() =>
        $"Which tests, with which limits. {string.Join("; ", StreamBatteries.All.Select(battery => $"{battery.Id}: {battery.Description}"))}.";
}
