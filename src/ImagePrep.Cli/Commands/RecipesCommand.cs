using System.CommandLine;
using ImagePrep.Recipes;
using ImagePrep.Steps;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep recipes [NAME] [--schema]</summary>
internal static class RecipesCommand
{
    public static Command Build()
    {
        Argument<string?> name = new("NAME") { Description = "Built-in recipe to print.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> schema = new("--schema") { Description = "Print the JSON schema of recipes." };
        Command command = new("recipes", "Lists the built-in recipes and the steps with their options, or prints one recipe.") { name, schema };
        command.SetAction(parsed => Run(parsed.GetValue(name), parsed.GetValue(schema)));
        return command;
    }

    private static int Run(string? name, bool schema)
    {
        if (schema)
        {
            Console.Write(RecipeSchema.Write());
            return ExitCodes.Done;
        }

        if (name is not null)
        {
            RecipeLibrary.Load(name);
            Console.Write(File.Exists(name) ? File.ReadAllText(name) : EmbeddedFiles.ReadText($"recipes/{name}.yaml"));
            return ExitCodes.Done;
        }

        Console.WriteLine("Built-in recipes (print one with: imageprep recipes NAME)");
        foreach (string known in RecipeLibrary.Names)
        {
            Console.WriteLine($"  {known.PadRight(RecipeLibrary.Names.Max(name => name.Length))} {RecipeLibrary.Load(known).Summary}");
        }

        Console.WriteLine();
        Console.WriteLine("Steps and their options");
        foreach (IStep step in StepCatalog.All)
        {
            Console.WriteLine($"  {step.Name}: {step.Summary}");
            foreach (OptionDefinition option in step.Options)
            {
                string byDefault = option.Default.Length == 0 ? "none" : option.Default;
                Console.WriteLine($"    {option.Name} (default: {byDefault}): {option.Summary}");
            }
        }

        return ExitCodes.Done;
    }
}
