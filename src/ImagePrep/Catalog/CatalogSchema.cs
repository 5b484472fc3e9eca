using System.Text.Json.Nodes;

namespace ImagePrep.Catalog;

/// <summary>The JSON schema of catalog files, made from their shape; editors complete and check them with it.</summary>
public static class CatalogSchema
{
    private const string PathPattern = "^/.";
    private const string PlacePattern = "^(~/|/).";

    private static readonly System.Text.Json.JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n" };

    public static string Write()
    {
        JsonObject document = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ImagePrep catalog",
            ["type"] = "array",
            ["minItems"] = 1,
            ["items"] = Mapping("Something that clones would share, or that would make keys too early, and what is done about it.", CatalogShape.Entry),
        };
        return document.ToJsonString(Format) + "\n";
    }

    private static JsonObject Mapping(string description, IReadOnlyList<CatalogKey> keys)
    {
        JsonObject properties = [];
        foreach (CatalogKey key in keys)
        {
            JsonObject schema = Of(key);
            schema["description"] = key.Summary;
            properties[key.Name] = schema;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = description,
            ["additionalProperties"] = false,
            ["required"] = new JsonArray([.. keys.Where(key => key.Required).Select(key => JsonValue.Create(key.Name))]),
            ["properties"] = properties,
        };
    }

    private static JsonObject Of(CatalogKey key) => key.Shape switch
    {
        KeyShape.Text => new JsonObject { ["type"] = "string" },
        KeyShape.Flag => new JsonObject { ["type"] = "boolean" },
        KeyShape.Paths => OneOrMore(Text(PathPattern)),
        KeyShape.Places => OneOrMore(Text(PlacePattern)),
        KeyShape.PlacesOrTrue => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = true }, OneOrMore(Text(PlacePattern))) },
        KeyShape.Units => OneOrMore(Text("^[A-Za-z0-9@._:\\\\-]+\\.[a-z]+$")),
        KeyShape.Texts => OneOrMore(new JsonObject { ["type"] = "string" }),
        _ => OneOrMore(Mapping(key.Summary, key.Keys!)),
    };

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject OneOrMore(JsonObject one) => new()
    {
        ["anyOf"] = new JsonArray(one, new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = one.DeepClone() }),
    };
}
