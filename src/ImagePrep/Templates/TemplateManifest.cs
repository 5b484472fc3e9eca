using ImagePrep.Guests;
using ImagePrep.Recipes;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Templates;

/// <summary>A folder of templates for one init system, in the order in which its manifest lists them.</summary>
public sealed class TemplateManifest
{
    private static readonly Lazy<TemplateManifest> LazySystemd = new(() => Load("templates/systemd"));

    private TemplateManifest(IReadOnlyList<TemplateEntry> entries) => Entries = entries;

    public static TemplateManifest Systemd => LazySystemd.Value;

    public IReadOnlyList<TemplateEntry> Entries { get; }

    private static TemplateManifest Load(string folder)
    {
        List<TemplateEntry> entries = [];
        foreach (YamlMappingNode node in YamlText.List(EmbeddedFiles.ReadText(folder + "/manifest.yaml")))
        {
            node.OnlyKeys("path", "source", "mode", "link", "slot", "xattr", "when", "step");
            string source = node.Text("source");
            entries.Add(new TemplateEntry(
                GuestPath.Parse(node.Text("path")),
                source.Length > 0 ? EmbeddedFiles.Read($"{folder}/{source}") : [],
                node.Octal("mode", absent: "0777"),
                node.Text("link"),
                node.Text("slot"),
                node.Text("xattr"),
                node.Texts("when"),
                node.Text("step")));
        }

        return new TemplateManifest(entries);
    }
}
