using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Recipes;

/// <summary>Reads the project's own data files: lists of flat mappings. A mistake in them is a mistake of ours and stops the program.</summary>
internal static class YamlText
{
    /// <summary>The mappings of a document that is one list.</summary>
    public static IEnumerable<YamlMappingNode> List(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return ((YamlSequenceNode)stream.Documents[0].RootNode).Children.Cast<YamlMappingNode>();
    }

    public static string Text(this YamlMappingNode node, string key, string absent = "") =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? child) ? ((YamlScalarNode)child).Value ?? absent : absent;

    public static IReadOnlyList<string> Texts(this YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? child)
            ? child is YamlSequenceNode list ? [.. list.Children.Select(item => ((YamlScalarNode)item).Value ?? "")] : [((YamlScalarNode)child).Value ?? ""]
            : [];

    /// <summary>A file mode written in octal, as "0644".</summary>
    public static int Octal(this YamlMappingNode node, string key, string absent) =>
        Convert.ToInt32(node.Text(key, absent), 8) is >= 0 and <= 4095 and int mode
            ? mode
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{key} is not a file mode: {node.Text(key, absent)}"));

    /// <summary>Throws for a key that nothing reads: a misspelt key must not be ignored.</summary>
    public static void OnlyKeys(this YamlMappingNode node, params string[] known)
    {
        foreach (YamlNode key in node.Children.Keys)
        {
            if (!known.Contains(((YamlScalarNode)key).Value, StringComparer.Ordinal))
            {
                throw new FormatException($"line {key.Start.Line}: '{key}' is not a known key; known: {string.Join(", ", known)}");
            }
        }
    }
}
