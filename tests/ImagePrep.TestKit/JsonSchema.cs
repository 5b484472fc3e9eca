using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImagePrep.TestKit;

/// <summary>
/// Holds JSON against a schema, as far as the schemas of this repository go: type, required, properties, additionalProperties, items, enum and references
/// inside the document. A keyword that is none of these fails, so that no schema is obeyed by half.
/// </summary>
public static class JsonSchema
{
    private static readonly string[] Words = ["$schema", "$ref", "description", "default", "type", "required", "properties", "additionalProperties", "items", "enum"];

    /// <summary>What is wrong with a document, each with its place; empty when it obeys.</summary>
    public static IReadOnlyList<string> Problems(JsonNode schema, JsonNode? document) => [.. Problems(schema, schema, document, "$")];

    private static IEnumerable<string> Problems(JsonNode root, JsonNode schema, JsonNode? value, string path)
    {
        if (schema is not JsonObject rules)
        {
            return schema.GetValue<bool>() ? [] : [$"{path} may not be there"];
        }

        List<string> problems = [.. rules.Where(rule => !Words.Contains(rule.Key)).Select(rule => $"{path}: the schema's '{rule.Key}' is not checked here")];
        if (rules["type"] is { } type && !TypesOf(value).Intersect(Strings(type)).Any())
        {
            problems.Add($"{path} is {string.Join(" or ", TypesOf(value))}, not {string.Join(" or ", Strings(type))}");
        }

        if (rules["enum"] is JsonArray allowed && !allowed.Any(item => JsonNode.DeepEquals(item, value)))
        {
            problems.Add($"{path} is {value?.ToJsonString() ?? "null"}, none of {allowed.ToJsonString()}");
        }

        if (rules["$ref"] is { } reference)
        {
            problems.AddRange(Problems(root, Find(root, reference.GetValue<string>()), value, path));
        }

        switch (value)
        {
            case JsonObject fields:
                problems.AddRange(Strings(rules["required"]).Where(name => !fields.ContainsKey(name)).Select(name => $"{path}.{name} is missing"));
                foreach ((string name, JsonNode? field) in fields)
                {
                    if ((rules["properties"]?[name] ?? rules["additionalProperties"]) is { } inner)
                    {
                        problems.AddRange(Problems(root, inner, field, $"{path}.{name}"));
                    }
                }

                break;
            case JsonArray items when rules["items"] is { } inner:
                problems.AddRange(items.SelectMany((item, index) => Problems(root, inner, item, $"{path}[{index}]")));
                break;
        }

        return problems;
    }

    private static JsonNode Find(JsonNode root, string reference) => reference.Split('/').Skip(1).Aggregate(root, (node, part) => node[part]!);

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        null => [],
        JsonArray many => many.Select(item => item!.GetValue<string>()),
        _ => [node.GetValue<string>()],
    };

    private static string[] TypesOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null => ["null"],
        JsonValueKind.Object => ["object"],
        JsonValueKind.Array => ["array"],
        JsonValueKind.String => ["string"],
        JsonValueKind.Number => value.GetValue<double>() % 1 == 0 ? ["integer", "number"] : ["number"],
        _ => ["boolean"],
    };
}
