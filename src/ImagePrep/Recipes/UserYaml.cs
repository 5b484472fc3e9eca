using ImagePrep.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Recipes;

/// <summary>Parses YAML that a user wrote, and refuses what would bring the YAML library down: deep nesting, and nodes that contain themselves.</summary>
internal static class UserYaml
{
    /// <summary>What users write has three or four levels. The library builds nodes by recursion, so depth is what the stack must hold.</summary>
    private const int MaxDepth = 32;

    /// <summary>A recipe or a catalog is a few pages of text; this is far above any.</summary>
    private const int MaxLength = 1 << 20;

    /// <param name="text">YAML 1.2 text.</param>
    /// <param name="what">What it is, for messages: "recipe" or "catalog".</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <returns>The root of its one document; null when there is a problem, which is then told.</returns>
    public static YamlNode? Load(string text, string what, List<RecipeProblem> problems)
    {
        if (text.Length > MaxLength)
        {
            problems.Add(new RecipeProblem(what, 0, $"has {text.Length} characters; at most {MaxLength} are read"));
            return null;
        }

        Parser parser = new(new StringReader(text));
        try
        {
            if (FindRefusal(parser, what) is { } refusal)
            {
                problems.Add(refusal);
                return null;
            }

            YamlStream yaml = [];
            yaml.Load(new StringReader(text));
            if (yaml.Documents is [YamlDocument document])
            {
                return document.RootNode;
            }

            problems.Add(new RecipeProblem(what, 1, $"is one YAML document; there are {yaml.Documents.Count}"));
        }
        catch (YamlException exception)
        {
            problems.Add(new RecipeProblem(what, (int)exception.Start.Line, $"is not YAML: {exception.Message}"));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet 16 throws these for some texts that are not YAML, such as a brace that is not closed.
            int line = (int)(parser.Current?.Start.Line ?? 0);
            problems.Add(new RecipeProblem(what, line, "is not YAML: brackets, braces or quotes are not closed in this line or below"));
        }

        return null;
    }

    private static RecipeProblem? FindRefusal(Parser parser, string what)
    {
        int depth = 0;
        while (parser.MoveNext())
        {
            ParsingEvent current = parser.Current!;
            depth += current.NestingIncrease;
            if (depth > MaxDepth)
            {
                return new RecipeProblem(what, (int)current.Start.Line, $"is nested more than {MaxDepth} levels deep");
            }

            if (current is AnchorAlias)
            {
                return new RecipeProblem(what, (int)current.Start.Line, "has an alias (*name); write the value out");
            }
        }

        return null;
    }
}
