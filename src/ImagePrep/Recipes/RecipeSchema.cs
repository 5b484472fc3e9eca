using System.Text.Json.Nodes;
using ImagePrep.Steps;

namespace ImagePrep.Recipes;

/// <summary>The JSON schema of recipes, made from what the steps say of themselves; editors complete and check recipes with it.</summary>
public static class RecipeSchema
{
    private static readonly System.Text.Json.JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n" };

    public static string Write()
    {
        JsonObject steps = [];
        foreach (IStep step in StepCatalog.All)
        {
            JsonObject options = [];
            foreach (OptionDefinition option in step.Options)
            {
                options[option.Name] = Option(option);
            }

            steps[step.Name] = Mapping(step.Summary, options);
            steps[step.Name]!["type"] = new JsonArray("object", "null");
        }

        JsonObject stepMapping = Mapping("Steps in any order; they always run in the order of the pipeline.", steps);
        stepMapping["minProperties"] = 1;
        JsonObject guest = Mapping("The guests the recipe is written for.", new JsonObject
        {
            ["id"] = new JsonObject
            {
                ["type"] = new JsonArray("string", "array"),
                ["description"] = "os-release ID, such as debian, or a list of them.",
                ["items"] = new JsonObject { ["type"] = "string" },
            },
            ["versions"] = new JsonObject
            {
                ["type"] = "array",
                ["description"] = "os-release VERSION_IDs, whole or their first parts: 9 accepts 9.4 too; empty for any.",
                ["items"] = new JsonObject { ["type"] = "string" },
            },
        });
        guest["required"] = new JsonArray("id");
        JsonObject root = Mapping("A recipe of ImagePrep.", new JsonObject
        {
            ["name"] = Text("Short name."),
            ["summary"] = Text("One sentence for people."),
            ["guest"] = guest,
            ["erase"] = new JsonObject
            {
                ["type"] = "boolean",
                ["default"] = true,
                ["description"] = "Whether free space, emptied journals, deleted inodes and names, swapped-out memory and what lies between partitions stay out of the golden image.",
            },
            ["steps"] = stepMapping,
        });
        root["required"] = new JsonArray("name", "steps");
        JsonObject document = new() { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "ImagePrep recipe" };
        foreach ((string key, JsonNode? value) in root.ToArray())
        {
            root.Remove(key);
            document[key] = value;
        }

        return document.ToJsonString(Format) + "\n";
    }

    private static JsonObject Option(OptionDefinition option)
    {
        JsonObject schema = option.Type switch
        {
            OptionType.Flag => new JsonObject { ["type"] = "boolean", ["default"] = option.Default == "true" },
            OptionType.Size => new JsonObject { ["type"] = new JsonArray("integer", "string"), ["pattern"] = "^[0-9]+(KiB|MiB|GiB)?$", ["default"] = option.Default },
            OptionType.Choice => new JsonObject { ["enum"] = Words(option.Choices!), ["default"] = option.Default },
            OptionType.Number => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["default"] = int.Parse(option.Default, System.Globalization.CultureInfo.InvariantCulture) },
            OptionType.Choices => new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["enum"] = Words(option.Choices!) },
                ["minItems"] = 1,
                ["default"] = Words(option.Default.Split(',')),
            },
            _ => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["pattern"] = "^/" }, ["default"] = new JsonArray() },
        };
        schema["description"] = option.Summary;
        return schema;
    }

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(word => JsonValue.Create(word))];

    private static JsonObject Mapping(string description, JsonObject properties) => new()
    {
        ["type"] = "object",
        ["description"] = description,
        ["additionalProperties"] = false,
        ["properties"] = properties,
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}
