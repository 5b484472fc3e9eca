using System.CommandLine;
using ImagePrep.Cli.Rendering;
using ImagePrep.Randomness.Assessment;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep entropy assess FILE|- [--bits-per-symbol N] [--restarts FILE] [--claimed-entropy H] [--json]</summary>
internal static class EntropyAssessCommand
{
    public static Command Build(Interruption interruption)
    {
        Argument<string> file = CommonOptions.OfFiles(new Argument<string>("FILE")
        {
            Description = "Raw samples of a noise source in the order they were taken, one a byte in its lowest bits; 1,000,000 or more. '-' for standard input.",
        });
        Option<int?> bits = new("--bits-per-symbol") { Description = "Bits of a sample, 1 to 8. Without it, what the widest sample needs.", HelpName = "N" };
        Option<string> restarts = CommonOptions.OfFiles(new Option<string>("--restarts")
        {
            Description = "Samples of 1,000 restarts, the first 1,000 after each, one restart after the other: 1,000,000 bytes.",
            HelpName = "FILE",
        });
        Option<double?> claim = new("--claimed-entropy")
        {
            Description = "Bits of min-entropy per sample that the source is designed for. The assessment is never higher.",
            HelpName = "H",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new(
            "assess",
            "Estimates the min-entropy of a noise source by SP 800-90B, with the values of NIST's ea_non_iid and ea_restart, and the cutoffs of its health tests. "
            + "For raw noise only: the output of a generator assesses well whatever its seed is. Returns 1 when no entropy may be claimed, or the samples are too few to claim any.")
        {
            file,
            bits,
            restarts,
            claim,
            json,
        };
        command.SetAction(parsed =>
        {
            interruption.EndAtOnce();
            return Run(parsed.GetValue(file)!, parsed.GetValue(bits), parsed.GetValue(restarts), parsed.GetValue(claim), parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(string file, int? bits, string? restarts, double? claim, bool json)
    {
        if (bits is < 1 or > NoiseSamples.MostBitsPerSymbol)
        {
            throw CommonOptions.Misuse("--bits-per-symbol", $"is a number from 1 to {NoiseSamples.MostBitsPerSymbol}");
        }

        if (claim is { } claimed && !(claimed > 0 && claimed <= (bits ?? NoiseSamples.MostBitsPerSymbol)))
        {
            throw CommonOptions.Misuse("--claimed-entropy", $"is a number of bits per sample, above 0 and at most {bits ?? NoiseSamples.MostBitsPerSymbol}");
        }

        NoiseSamples samples = Read(file, stream => NoiseSamples.Read(stream, file, bits));
        NoiseSamples? matrix = restarts is null ? null : Read(restarts, stream => NoiseSamples.ReadRestarts(stream, restarts, samples.BitsPerSymbol));
        EntropyAssessment assessment = EntropyAssessor.Assess(samples, matrix, claim);
        if (json)
        {
            Console.Write(CliJson.Write(assessment));
        }
        else
        {
            AssessmentText.Write(Console.Out, assessment, CommonOptions.InputName(file));
        }

        return assessment.Passed ? ExitCodes.Done : ExitCodes.Findings;
    }

    private static NoiseSamples Read(string file, Func<Stream, NoiseSamples> read)
    {
        using Stream stream = CommonOptions.OpenInput(file);
        return read(stream);
    }
}
