using System.CommandLine;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep entropy …: what has to do with the sources of randomness, not with images.</summary>
internal static class EntropyCommand
{
    public static Command Build(Interruption interruption) => new("entropy", "Assesses sources of randomness, and says where this program's comes from.")
    {
        EntropyAssessCommand.Build(interruption),
        EntropyRationaleCommand.Build(),
    };
}
