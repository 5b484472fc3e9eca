using ImagePrep.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Recipes;

/// <summary>Parses the text of a recipe, and refuses what would bring the YAML library down: deep nesting, and nodes that contain themselves.</summary>
internal static class RecipeYaml
{
    /// <summary>A recipe has three levels. The library builds nodes by recursion, so depth is what the stack must hold.</summary>
    private const int MaxDepth = 32;

    /// <returns>The documents; null when there is a problem, which is then told.</returns>
    public static IReadOnlyList<YamlDocument>? Load(string text, List<RecipeProblem> problems)
    {
        Parser parser = new(new StringReader(text));
        try
        {
            if (FindRefusal(parser) is { } refusal)
            {
                problems.Add(refusal);
                return null;
            }

            YamlStream yaml = [];
            yaml.Load(new StringReader(text));
            return [.. yaml.Documents];
        }
        catch (YamlException exception)
        {
            problems.Add(new RecipeProblem("recipe", (int)exception.Start.Line, $"is not YAML: {exception.Message}"));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet 16 throws these for some texts that are not YAML, such as a brace that is not closed.
            int line = (int)(parser.Current?.Start.Line ?? 0);
            problems.Add(new RecipeProblem("recipe", line, "is not YAML: brackets, braces or quotes are not closed in this line or below"));
        }

        return null;
    }

    private static RecipeProblem? FindRefusal(Parser parser)
    {
        int depth = 0;
        while (parser.MoveNext())
        {
            ParsingEvent current = parser.Current!;
            depth += current.NestingIncrease;
            if (depth > MaxDepth)
            {
                return new RecipeProblem("recipe", (int)current.Start.Line, $"is nested more than {MaxDepth} levels deep");
            }

            if (current is AnchorAlias)
            {
                return new RecipeProblem("recipe", (int)current.Start.Line, "has an alias (*name); write the value out");
            }
        }

        return null;
    }
}
