using System.Collections.Concurrent;
using ImagePrep.Guests;
using ImagePrep.Recipes;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Templates;

/// <summary>A folder of templates for one init system, in the order in which its manifest lists them.</summary>
public sealed class TemplateManifest
{
    private static readonly ConcurrentDictionary<string, TemplateManifest> Loaded = new(StringComparer.Ordinal);

    private TemplateManifest(IReadOnlyList<TemplateEntry> entries) => Entries = entries;

    public IReadOnlyList<TemplateEntry> Entries { get; }

    /// <param name="init">One of <see cref="InitSystem.Supported"/>.</param>
    public static TemplateManifest Of(string init) => Loaded.GetOrAdd(init, name => Load("templates/" + name));

    private static TemplateManifest Load(string folder)
    {
        List<TemplateEntry> entries = [];
        foreach (YamlMappingNode node in YamlText.List(EmbeddedFiles.ReadText(folder + "/manifest.yaml")))
        {
            node.OnlyKeys("path", "source", "mode", "link", "slot", "xattr", "when", "step");
            string source = node.Text("source");
            entries.Add(new TemplateEntry(
                GuestPath.Parse(node.Text("path")),
                source.Length > 0 ? EmbeddedFiles.Read(Locate(folder, source)) : [],
                node.Octal("mode", absent: "0777"),
                node.Text("link"),
                node.Text("slot"),
                node.Text("xattr"),
                node.Texts("when"),
                node.Text("step")));
        }

        return new TemplateManifest(entries);
    }

    /// <summary>A source is relative to the folder of its manifest, or lies in the one that all share.</summary>
    private static string Locate(string folder, string source)
    {
        const string Shared = "../common/";
        return source.StartsWith(Shared, StringComparison.Ordinal) ? "templates/common/" + source[Shared.Length..] : $"{folder}/{source}";
    }
}
