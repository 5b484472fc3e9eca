using ImagePrep.Catalog.Actions;
using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Recipes;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Catalog;

/// <summary>Reads a catalog file and checks it as a whole: every problem is reported at once.</summary>
internal static class CatalogReader
{
    /// <param name="text">YAML 1.2 text: a list of entries.</param>
    /// <param name="source">Name for messages.</param>
    /// <param name="file">Name of the catalog, without folder and extension.</param>
    /// <exception cref="RecipeException">All that is wrong with it.</exception>
    public static IReadOnlyList<CatalogEntry> Read(string text, string source, string file)
    {
        Reading reading = new(file);
        IReadOnlyList<CatalogEntry> entries = reading.Document(text);
        return reading.Problems.Count == 0 ? entries : throw new RecipeException(source, reading.Problems);
    }

    private sealed class Reading(string file) : UserYamlReading
    {
        public IReadOnlyList<CatalogEntry> Document(string text)
        {
            if (UserYaml.Load(text, "catalog", Problems) is not { } root)
            {
                return [];
            }

            if (root is not YamlSequenceNode { Children.Count: > 0 } list)
            {
                Report("catalog", root, "is a list of at least one entry");
                return [];
            }

            return [.. list.Children.Select(Entry).OfType<CatalogEntry>()];
        }

        private CatalogEntry? Entry(YamlNode node, int index)
        {
            if (node is not YamlMappingNode entry)
            {
                Report($"[{index}]", node, "is a mapping of keys to values");
                return null;
            }

            string id = Text(entry, "id", $"[{index}].id", required: true);
            string where = id.Length > 0 ? id : $"[{index}]";
            Check(entry, where, CatalogShape.Entry);
            IReadOnlyList<string> when = Texts(Child(entry, "when"), where + ".when");
            foreach (string problem in when.Select(GuestConditions.Problem).OfType<string>())
            {
                Report(where + ".when", Child(entry, "when")!, problem);
            }

            int before = Problems.Count;
            CatalogAction[] actions = [.. Actions(entry, where)];
            if (actions.Length == 0 && Problems.Count == before)
            {
                Report(
                    where,
                    entry,
                    "does nothing; give it one of: remove, empty, rewrite, drop-lines, keep, mask, gate, write, set, drop-words, report, report-lines");
            }

            return new CatalogEntry(
                id, Texts(Child(entry, "rows"), where + ".rows"), Scalar(entry, "what"), when, actions, Scalar(entry, "why"), Scalar(entry, "source"), file);
        }

        private IEnumerable<CatalogAction> Actions(YamlMappingNode entry, string where)
        {
            SecretKind secret = new(Scalar(entry, "secret"), Scalar(entry, "commit") != "false");
            IReadOnlyList<string> List(string key) => Texts(Child(entry, key), $"{where}.{key}");
            IEnumerable<YamlMappingNode> Maps(string key) => Mappings(Child(entry, key));

            if (List("remove") is { Count: > 0 } removed)
            {
                yield return new RemoveAction(removed, secret, Scalar(entry, "links-in"));
            }

            if (List("empty") is { Count: > 0 } emptied)
            {
                yield return new EmptyAction(emptied, secret);
            }

            foreach (YamlMappingNode map in Maps("rewrite"))
            {
                yield return new RewriteAction(Texts(Child(map, "paths"), where), Scalar(map, "content"));
            }

            foreach (YamlMappingNode map in Maps("drop-lines"))
            {
                yield return new DropLinesAction(Texts(Child(map, "paths"), where), Pattern(map, where));
            }

            if (List("keep") is { Count: > 0 } kept)
            {
                yield return new KeepAction(kept);
            }

            if (List("mask") is { Count: > 0 } masked)
            {
                yield return new MaskAction(masked);
            }

            if (List("gate") is { Count: > 0 } gated)
            {
                yield return new GateAction(gated);
            }

            foreach (YamlMappingNode map in Maps("write"))
            {
                yield return new WriteAction(Scalar(map, "path"), Scalar(map, "content"), Mode(map, where));
            }

            foreach (YamlMappingNode map in Maps("set"))
            {
                yield return new SetAction(
                    Scalar(map, "path"), Scalar(map, "key"), Scalar(map, "value"), Style(map, where), Scalar(map, "section"), Scalar(map, "create") == "true");
            }

            foreach (YamlMappingNode map in Maps("drop-words"))
            {
                yield return new DropWordsAction(Texts(Child(map, "paths"), where), Pattern(map, where));
            }

            if (List("report") is { Count: > 0 } reported)
            {
                yield return new ReportAction(reported is ["true"] ? [] : reported);
            }

            foreach (YamlMappingNode map in Maps("report-lines"))
            {
                yield return new ReportAction(Texts(Child(map, "paths"), where), Pattern(map, where));
            }
        }

        /// <summary>Checks a mapping against its shape; what is read from it afterwards may then be taken as it is.</summary>
        private void Check(YamlMappingNode node, string where, IReadOnlyList<CatalogKey> shape)
        {
            CheckKeys(node, where + ".", [.. shape.Select(key => key.Name)]);
            foreach (CatalogKey key in shape)
            {
                string place = $"{where}.{key.Name}";
                switch (Child(node, key.Name))
                {
                    case null when key.Required:
                        Report(place, node, "is required: " + key.Summary);
                        break;
                    case { } child when Problem(child, key) is { } problem:
                        Report(place, child, problem);
                        break;
                    case { } child when key.Shape == KeyShape.Mappings:
                        foreach (YamlMappingNode map in Mappings(child))
                        {
                            Check(map, place, key.Keys!);
                        }

                        break;
                    default:
                        break;
                }
            }
        }

        private static string? Problem(YamlNode node, CatalogKey key)
        {
            string[]? texts = node switch
            {
                YamlScalarNode { Value: { Length: > 0 } value } => [value],
                YamlSequenceNode { Children.Count: > 0 } list when list.Children.All(child => child is YamlScalarNode { Value.Length: > 0 }) =>
                    [.. list.Children.Select(child => ((YamlScalarNode)child).Value!)],
                _ => null,
            };
            bool good = key.Shape switch
            {
                KeyShape.Text when key.Name is "path" or "links-in" => texts is [var path] && node is YamlScalarNode && IsPath(path),
                KeyShape.Text => texts is [_] && node is YamlScalarNode,
                KeyShape.Flag => texts is ["true" or "false"] && node is YamlScalarNode,
                KeyShape.Paths => texts?.All(IsPath) == true,
                KeyShape.Places => texts?.All(IsPlace) == true,
                KeyShape.PlacesOrTrue => texts is ["true"] || texts?.All(IsPlace) == true,
                KeyShape.Units => texts?.All(IsUnit) == true,
                KeyShape.Texts => texts is not null,
                _ => Mappings(node).Any() && (node is not YamlSequenceNode maps || maps.Children.All(child => child is YamlMappingNode)),
            };
            return good ? null : "is not " + Expected(key);
        }

        private static string Expected(CatalogKey key) => key.Shape switch
        {
            KeyShape.Text when key.Name is "path" or "links-in" => "an absolute guest path",
            KeyShape.Text => "a text",
            KeyShape.Flag => "true or false",
            KeyShape.Paths => "an absolute guest path or pattern, or a list of them",
            KeyShape.Places => "an absolute guest path or pattern or one below ~/, or a list of them",
            KeyShape.PlacesOrTrue => "true, or a list of absolute guest paths or patterns or some below ~/",
            KeyShape.Units => "a unit name such as example.service, or a list of them",
            KeyShape.Texts => "a text, or a list of texts",
            _ => "a mapping with the keys " + string.Join(", ", key.Keys!.Select(inner => inner.Name)) + ", or a list of them",
        };

        private static bool IsPath(string text) => GuestPath.TryParse(text, out GuestPath? path) && !path.IsRoot;

        private static bool IsPlace(string text) => IsPath(text.StartsWith(CatalogScope.Home, StringComparison.Ordinal) ? text[1..] : text);

        private static bool IsUnit(string text) =>
            text.IndexOf('.', StringComparison.Ordinal) > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "@._-:\\".Contains(character, StringComparison.Ordinal));

        private string Pattern(YamlMappingNode map, string where)
        {
            string pattern = Scalar(map, "match");
            if (pattern.Length > 0 && SafePattern.Problem(pattern) is { } problem)
            {
                Report(where + ".match", map, problem);
            }

            return pattern;
        }

        private int Mode(YamlMappingNode map, string where)
        {
            string text = Scalar(map, "mode") is { Length: > 0 } given ? given : "0644";
            if (text.Length is 3 or 4 && text.All(digit => digit is >= '0' and <= '7'))
            {
                return Convert.ToInt32(text, 8);
            }

            Report(where + ".mode", map, $"'{text}' is not a file mode such as \"0644\"");
            return 0;
        }

        private SettingStyle Style(YamlMappingNode map, string where)
        {
            string text = Scalar(map, "style") is { Length: > 0 } given ? given : "shell";
            if (text is "shell" or "ini" or "yaml")
            {
                return Enum.Parse<SettingStyle>(text, ignoreCase: true);
            }

            Report(where + ".style", map, $"'{text}' is not one of: shell, ini, yaml");
            return default;
        }

        private static IEnumerable<YamlMappingNode> Mappings(YamlNode? node) => node switch
        {
            YamlMappingNode one => [one],
            YamlSequenceNode list => list.Children.OfType<YamlMappingNode>(),
            _ => [],
        };

        private static string Scalar(YamlMappingNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value ?? "";
    }
}
