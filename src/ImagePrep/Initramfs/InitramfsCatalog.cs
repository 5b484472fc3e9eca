using System.Globalization;
using ImagePrep.Recipes;

namespace ImagePrep.Initramfs;

/// <summary>The catalog of what an initramfs may hold: data, in recipes/catalog/initramfs.yaml.</summary>
public static class InitramfsCatalog
{
    private static readonly Lazy<IReadOnlyList<InitramfsEntry>> Embedded =
        new(() => Parse(EmbeddedFiles.ReadText("recipes/catalog/initramfs.yaml")));

    public static IReadOnlyList<InitramfsEntry> All => Embedded.Value;

    internal static IReadOnlyList<InitramfsEntry> Parse(string yaml)
    {
        List<InitramfsEntry> entries = [];
        foreach (YamlDotNet.RepresentationModel.YamlMappingNode node in YamlText.List(yaml))
        {
            node.OnlyKeys("id", "members", "action", "secret", "min-size", "why", "source");
            entries.Add(new InitramfsEntry(
                node.Text("id"),
                node.Texts("members"),
                Enum.Parse<InitramfsAction>(node.Text("action"), ignoreCase: true),
                node.Text("secret"),
                uint.Parse(node.Text("min-size", "1"), CultureInfo.InvariantCulture),
                node.Text("why"),
                node.Text("source")));
        }

        return entries;
    }
}
