using System.Text;
using ImagePrep.Catalog.KeyFormats.Checks;
using ImagePrep.Recipes;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Catalog.KeyFormats;

/// <summary>The key formats that are known: data, in recipes/catalog/key-formats.yaml.</summary>
public static class KeyFormatCatalog
{
    public const string Path = "recipes/catalog/key-formats.yaml";

    private static readonly string[] Keys =
        ["id", "rows", "what", "private", "path", "begins", "begins-hex", "contains", "matches", "encrypted", "check"];

    private static readonly Lazy<IReadOnlyList<KeyFormat>> Embedded = new(() => Parse(EmbeddedFiles.ReadText(Path)));

    public static IReadOnlyList<KeyFormat> All => Embedded.Value;

    /// <exception cref="FormatException">A key or a check that nothing knows, a value that is missing, or an expression that would be run on every file.</exception>
    internal static IReadOnlyList<KeyFormat> Parse(string yaml)
    {
        List<KeyFormat> formats = [];
        foreach (YamlMappingNode node in YamlText.List(yaml))
        {
            node.OnlyKeys(Keys);
            KeyFormat format = new(
                Required(node, "id"),
                node.Texts("rows"),
                Required(node, "what"),
                IsPrivate(node),
                node.Texts("path"),
                Begins(node),
                Encoding.UTF8.GetBytes(node.Text("contains")),
                Expression(node, "matches"),
                Expression(node, "encrypted"),
                Check(node));
            Verify(format, formats);
            formats.Add(format);
        }

        return formats;
    }

    private static void Verify(KeyFormat format, List<KeyFormat> others)
    {
        bool isQuick = format.Paths.Count > 0 || format.Begins.Length > 0 || format.Contains.Length > 0;
        string mistake = others.Any(other => other.Id == format.Id) ? "is there twice"
            : format.Rows.Count == 0 ? "names no row"
            : !isQuick ? "has neither path, begins nor contains, so every file would be looked through"
            : "";
        if (mistake.Length > 0)
        {
            throw new FormatException($"The key format {format.Id} {mistake}.");
        }
    }

    private static string Required(YamlMappingNode node, string key) =>
        node.Text(key) is { Length: > 0 } text ? text : throw new FormatException($"line {node.Start.Line}: a key format has no {key}.");

    private static bool IsPrivate(YamlMappingNode node) => Required(node, "private") switch
    {
        "true" => true,
        "false" => false,
        string other => throw new FormatException($"line {node.Start.Line}: private is true or false, not {other}."),
    };

    private static byte[] Begins(YamlMappingNode node)
    {
        string text = node.Text("begins");
        string hex = node.Text("begins-hex");
        return text.Length == 0 || hex.Length == 0
            ? [.. Encoding.UTF8.GetBytes(text), .. Convert.FromHexString(hex)]
            : throw new FormatException($"line {node.Start.Line}: begins and begins-hex say the same.");
    }

    private static KeyExpression? Expression(YamlMappingNode node, string key) =>
        node.Text(key) is { Length: > 0 } pattern ? new KeyExpression(pattern) : null;

    private static StructuralCheck? Check(YamlMappingNode node) => node.Text("check") switch
    {
        "" => null,
        "openssh-private-key" => OpenSshPrivateKey.Look,
        "der-private-key" => DerPrivateKey.Look,
        "dropbear-host-key" => DropbearHostKey.Look,
        "java-keystore" => JavaKeystore.Look,
        "nss-database" => NssDatabase.Look,
        "wireguard-private-key" => WireGuardKey.Look,
        "keytab" => KerberosKeytab.Look,
        "seed-constant" => ConstantSeed.Look,
        string unknown => throw new FormatException($"line {node.Start.Line}: '{unknown}' is not a known check."),
    };
}
