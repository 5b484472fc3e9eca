using System.CommandLine;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep entropy …</summary>
internal static class EntropyCommand
{
    public static Command Build() => new("entropy", "Where randomness comes from.")
    {
        EntropyRationaleCommand.Build(),
    };
}
