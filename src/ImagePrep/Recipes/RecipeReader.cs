using System.Security.Cryptography;
using System.Text;
using ImagePrep.Errors;
using ImagePrep.Steps;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Recipes;

/// <summary>Reads a recipe and validates it as a whole: every problem is reported at once, before any work.</summary>
public static class RecipeReader
{
    /// <summary>A recipe is a page of text; this is far above any.</summary>
    private const int MaxLength = 1 << 20;

    /// <param name="text">YAML 1.2 text of the recipe.</param>
    /// <param name="source">Name for messages: a file name or "recipe debian-12".</param>
    /// <exception cref="RecipeException">All that is wrong with it.</exception>
    public static Recipe Read(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            throw new RecipeException(source, [new RecipeProblem("recipe", 0, $"has {text.Length} characters; at most {MaxLength} are read")]);
        }

        Reading reading = new();
        Recipe? recipe = reading.Document(text);
        return reading.Problems.Count == 0 && recipe is not null ? recipe : throw new RecipeException(source, reading.Problems);
    }

    private sealed class Reading
    {
        private static readonly string[] RecipeKeys = ["name", "summary", "guest", "erase", "steps"];
        private static readonly string[] GuestKeys = ["id", "versions"];

        public List<RecipeProblem> Problems { get; } = [];

        public Recipe? Document(string text)
        {
            if (RecipeYaml.Load(text, Problems) is not { } documents)
            {
                return null;
            }

            if (documents is not [{ RootNode: YamlMappingNode root }])
            {
                Problems.Add(new RecipeProblem("recipe", 1, "is one YAML mapping with the keys " + string.Join(", ", RecipeKeys)));
                return null;
            }

            CheckKeys(root, "", RecipeKeys);
            string name = Text(root, "name", "name", required: true);
            string summary = Text(root, "summary", "summary", required: false);
            RecipeGuest guest = Guest(root);
            bool erase = Flag(root, "erase", otherwise: true);
            List<RecipeStep> steps = Steps(root);
            string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            return new Recipe(name, summary, guest, steps, erase, digest);
        }

        private RecipeGuest Guest(YamlMappingNode root)
        {
            if (Child(root, "guest") is not { } node)
            {
                return new RecipeGuest("", []);
            }

            if (node is not YamlMappingNode guest)
            {
                Report("guest", node, "is a mapping with id and versions");
                return new RecipeGuest("", []);
            }

            CheckKeys(guest, "guest.", GuestKeys);
            return new RecipeGuest(Text(guest, "id", "guest.id", required: true), Texts(Child(guest, "versions"), "guest.versions"));
        }

        private List<RecipeStep> Steps(YamlMappingNode root)
        {
            List<RecipeStep> steps = [];
            if (Child(root, "steps") is not YamlMappingNode { Children.Count: > 0 } node)
            {
                Report("steps", Child(root, "steps") ?? root, "is a mapping of at least one step name to its options");
                return steps;
            }

            foreach ((YamlNode key, YamlNode value) in node.Children)
            {
                string name = (key as YamlScalarNode)?.Value ?? "";
                IStep? step = StepCatalog.All.FirstOrDefault(candidate => candidate.Name == name);
                if (step is null)
                {
                    Report($"steps.{name}", key, "is not a step; there are: " + string.Join(", ", StepCatalog.All.Select(known => known.Name)));
                }
                else
                {
                    steps.Add(new RecipeStep(step, Options(step, value, $"steps.{name}")));
                }
            }

            RequireGenerator(node, steps);
            return [.. steps.OrderBy(step => Array.IndexOf([.. StepCatalog.All], step.Step))];
        }

        /// <summary>Taking keys out, and their generators, leaves services that cannot start, unless something makes keys again.</summary>
        private void RequireGenerator(YamlMappingNode node, List<RecipeStep> steps)
        {
            string? taker = steps.Select(step => step.Step.Name).FirstOrDefault(name => name is "reset-identity" or "remove-keygen");
            if (taker is not null && !node.Children.ContainsKey(new YamlScalarNode("add-node-entropy")))
            {
                Report($"steps.{taker}", node, "goes with add-node-entropy, which makes keys again; without it SSH and TLS services would not start");
            }
        }

        private OptionValues Options(IStep step, YamlNode node, string where)
        {
            Dictionary<string, object> values = new(StringComparer.Ordinal);
            YamlMappingNode given = node as YamlMappingNode ?? [];
            if (node is not YamlMappingNode && node is not YamlScalarNode { Value: null or "" })
            {
                Report(where, node, "is a mapping of options, or {} for the defaults");
            }

            CheckKeys(given, where + ".", [.. step.Options.Select(option => option.Name)]);
            foreach (OptionDefinition option in step.Options)
            {
                YamlNode? child = Child(given, option.Name);
                IReadOnlyList<string> texts = child is null ? DefaultTexts(option) : Texts(child, $"{where}.{option.Name}");
                object? value = OptionParser.Parse(option, texts, out string? problem);
                if (value is null)
                {
                    Report($"{where}.{option.Name}", child ?? node, problem!);
                }
                else
                {
                    values[option.Name] = value;
                }
            }

            return new OptionValues(values);
        }

        private static IReadOnlyList<string> DefaultTexts(OptionDefinition option) => option.Type == OptionType.Paths && option.Default.Length == 0
            ? []
            : [option.Default];

        private void CheckKeys(YamlMappingNode node, string prefix, string[] known)
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

        private string Text(YamlMappingNode node, string key, string where, bool required)
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

        private bool Flag(YamlMappingNode root, string key, bool otherwise)
        {
            switch (Child(root, key))
            {
                case null:
                    return otherwise;
                case YamlScalarNode { Value: "true" or "false" } scalar:
                    return scalar.Value == "true";
                case { } other:
                    Report(key, other, "is true or false");
                    return otherwise;
            }
        }

        private IReadOnlyList<string> Texts(YamlNode? node, string where)
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

        private static YamlNode? Child(YamlMappingNode node, string key) =>
            node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? child) ? child : null;

        private void Report(string where, YamlNode node, string text) => Problems.Add(new RecipeProblem(where, (int)node.Start.Line, text));
    }
}
