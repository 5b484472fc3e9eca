using System.CommandLine;
using ImagePrep.Reports;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep entropy rationale</summary>
internal static class EntropyRationaleCommand
{
    public static Command Build()
    {
        Command command = new(
            "rationale",
            "Prints why the seeds of node images cannot be predicted, for a reviewer: sources, generator, tests, the guest's part, and what risk is left. "
            + "Each run with nodes writes the same for that run.");
        command.SetAction(_ =>
        {
            Console.Write(EntropyRationale.OfProduct());
            return ExitCodes.Done;
        });
        return command;
    }
}
