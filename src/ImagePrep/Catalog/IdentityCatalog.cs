using ImagePrep.Recipes;

namespace ImagePrep.Catalog;

/// <summary>The catalog of identities and secrets: data, in recipes/catalog/identity.yaml.</summary>
public static class IdentityCatalog
{
    private static readonly Lazy<IReadOnlyList<IdentityEntry>> Embedded =
        new(() => Parse(EmbeddedFiles.ReadText("recipes/catalog/identity.yaml")));

    public static IReadOnlyList<IdentityEntry> All => Embedded.Value;

    internal static IReadOnlyList<IdentityEntry> Parse(string yaml)
    {
        List<IdentityEntry> entries = [];
        foreach (YamlDotNet.RepresentationModel.YamlMappingNode node in YamlText.List(yaml))
        {
            node.OnlyKeys("id", "paths", "action", "secret", "commit", "content", "links-in", "why", "source");
            entries.Add(new IdentityEntry(
                node.Text("id"),
                node.Texts("paths"),
                Enum.Parse<IdentityAction>(node.Text("action", "remove"), ignoreCase: true),
                node.Text("secret"),
                node.Text("commit", "true") == "true",
                node.Text("content"),
                node.Text("links-in"),
                node.Text("why"),
                node.Text("source")));
        }

        return entries;
    }
}
