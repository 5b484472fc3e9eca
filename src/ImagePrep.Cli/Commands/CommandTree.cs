using System.CommandLine;
using System.CommandLine.Help;

namespace ImagePrep.Cli.Commands;

/// <summary>All commands. Each is one file beside this one.</summary>
internal static class CommandTree
{
    public static Command Build(Interruption interruption)
    {
        CancellationToken cancellation = interruption.Token;

        // A plain command instead of RootCommand: its name is then the program's, however the host file is called.
        Command root = new("imageprep", "Makes virtual machine images safe to provision.")
        {
            new HelpOption { Recursive = true },
            new VersionOption(),
            InspectCommand.Build(cancellation),
            PrepareCommand.Build(cancellation),
            StampCommand.Build(cancellation),
            RngTestCommand.Build(interruption),
            EntropyCommand.Build(interruption),
            ListCommand.Build(cancellation),
            CatCommand.Build(cancellation),
            RecipesCommand.Build(),
            CatalogCommand.Build(),
        };
        CommonOptions.RefuseEmptyValues(root);
        return root;
    }
}
