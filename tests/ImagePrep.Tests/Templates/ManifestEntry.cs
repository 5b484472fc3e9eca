using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ImagePrep.Tests.Templates;

/// <summary>One map of a template folder's manifest.yaml.</summary>
internal sealed class ManifestEntry
{
    public string Path { get; set; } = "";

    public string Step { get; set; } = "";

    public string? Source { get; set; }

    public string? Mode { get; set; }

    public string? Link { get; set; }

    public string? Slot { get; set; }

    public string? Xattr { get; set; }

    public List<string> When { get; set; } = [];

    public static List<ManifestEntry> ReadAll(string init)
    {
        IDeserializer reader = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build();
        return reader.Deserialize<List<ManifestEntry>>(File.ReadAllText(System.IO.Path.Combine(TemplateFolder.Root, init, "manifest.yaml")));
    }
}
