using ImagePrep.Errors;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Recipes;

/// <summary>Reads values out of YAML that a user wrote, and collects everything that is wrong with it.</summary>
internal abstract class UserYamlReading
{
    public List<RecipeProblem> Problems { get; } = [];

    protected void CheckKeys(YamlMappingNode node, string prefix, string[] known)
    {
        foreach (YamlNode key in node.Children.Keys)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                string hint = known.Length == 0 ? "there are none here" : "known: " + string.Join(", ", known);
                Report(prefix + name, key, $"is not a known key; {hint}");
            }
        }
    }

    protected string Text(YamlMappingNode node, string key, string where, bool required)
    {
        YamlNode? child = Child(node, key);
        if (child is YamlScalarNode { Value: { Length: > 0 } value })
        {
            return value;
        }

        if (required || child is not null)
        {
            Report(where, child ?? node, "is a text, and required");
        }

        return "";
    }

    protected bool Flag(YamlMappingNode node, string key, string where, bool otherwise)
    {
        switch (Child(node, key))
        {
            case null:
                return otherwise;
            case YamlScalarNode { Value: "true" or "false" } scalar:
                return scalar.Value == "true";
            case { } other:
                Report(where, other, "is true or false");
                return otherwise;
        }
    }

    protected IReadOnlyList<string> Texts(YamlNode? node, string where)
    {
        switch (node)
        {
            case null:
                return [];
            case YamlScalarNode scalar:
                return [scalar.Value ?? ""];
            case YamlSequenceNode sequence when sequence.Children.All(child => child is YamlScalarNode):
                return [.. sequence.Children.Select(child => ((YamlScalarNode)child).Value ?? "")];
            default:
                Report(where, node, "is a value or a list of values");
                return [];
        }
    }

    protected static YamlNode? Child(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? child) ? child : null;

    protected void Report(string where, YamlNode node, string text) => Problems.Add(new RecipeProblem(where, (int)node.Start.Line, text));
}
