using System.Security.Cryptography;
using System.Text;
using ImagePrep.Errors;
using ImagePrep.Steps;
using ImagePrep.Steps.AddNodeEntropy;
using YamlDotNet.RepresentationModel;

namespace ImagePrep.Recipes;

/// <summary>Reads a recipe and validates it as a whole: every problem is reported at once, before any work.</summary>
public static class RecipeReader
{
    /// <param name="text">YAML 1.2 text of the recipe.</param>
    /// <param name="source">Name for messages: a file name or "recipe debian-12".</param>
    /// <exception cref="RecipeException">All that is wrong with it.</exception>
    public static Recipe Read(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        Reading reading = new();
        Recipe? recipe = reading.Document(text);
        return reading.Problems.Count == 0 && recipe is not null ? recipe : throw new RecipeException(source, reading.Problems);
    }

    private sealed class Reading : UserYamlReading
    {
        private static readonly string[] RecipeKeys = ["name", "summary", "guest", "erase", "steps"];
        private static readonly string[] GuestKeys = ["id", "versions"];

        public Recipe? Document(string text)
        {
            if (UserYaml.Load(text, "recipe", Problems) is not { } document)
            {
                return null;
            }

            if (document is not YamlMappingNode root)
            {
                Report("recipe", document, "is one YAML mapping with the keys " + string.Join(", ", RecipeKeys));
                return null;
            }

            CheckKeys(root, "", RecipeKeys);
            string name = Text(root, "name", "name", required: true);
            string summary = Text(root, "summary", "summary", required: false);
            RecipeGuest guest = Guest(root);
            bool erase = Flag(root, "erase", "erase", otherwise: true);
            List<RecipeStep> steps = Steps(root);
            string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            return new Recipe(name, summary, guest, steps, erase, digest);
        }

        private RecipeGuest Guest(YamlMappingNode root)
        {
            if (Child(root, "guest") is not { } node)
            {
                return new RecipeGuest([], []);
            }

            if (node is not YamlMappingNode guest)
            {
                Report("guest", node, "is a mapping with id and versions");
                return new RecipeGuest([], []);
            }

            CheckKeys(guest, "guest.", GuestKeys);
            IReadOnlyList<string> ids = Texts(Child(guest, "id"), "guest.id");
            if (ids.Count == 0 || ids.Any(id => id.Length == 0))
            {
                Report("guest.id", guest, "is an os-release ID, or a list of them, and required");
            }

            return new RecipeGuest(ids, Texts(Child(guest, "versions"), "guest.versions"));
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
            if (taker is not null && !node.Children.ContainsKey(new YamlScalarNode(AddNodeEntropyStep.StepName)))
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

        private static IReadOnlyList<string> DefaultTexts(OptionDefinition option) => option.Type switch
        {
            OptionType.Paths when option.Default.Length == 0 => [],
            OptionType.Choices => option.Default.Split(','),
            _ => [option.Default],
        };
    }
}
