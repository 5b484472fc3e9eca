using System.CommandLine;

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
        Option<bool> json = CommonOptions.Json();
        Command command = new("rngtest", "Runs the FIPS 140-2 (Change Notice 1) tests on blocks of 20,000 bits, with the verdicts of rng-tools' rngtest.") { file, json };
        command.SetAction(parsed => throw new NotSupportedException(parsed.GetValue(file)));
        return command;
    }
}
