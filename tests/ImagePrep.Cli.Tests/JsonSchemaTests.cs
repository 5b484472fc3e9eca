using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using ImagePrep.Cli.Rendering;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>What --json prints is described by documents in docs/schemas: made from the types and their comments, so that they cannot drift.</summary>
public sealed class JsonSchemaTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly XDocument Comments = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "ImagePrep.xml"));

    [Fact]
    public void Inspect_IsDescribed() => Describes("inspect.schema.json", CliJsonContext.Default.InspectionReport);

    [Fact]
    public void RngTest_IsDescribed() => Describes("rngtest.schema.json", CliJsonContext.Default.RngTestResult);

    [Fact]
    public void RngTestExact_IsDescribed() => Describes("rngtest-exact.schema.json", CliJsonContext.Default.ExactResult);

    [Fact]
    public void RngTestSp80022_IsDescribed() => Describes("rngtest-sp800-22.schema.json", CliJsonContext.Default.Sp80022Result);

    [Fact]
    public void EntropyAssess_IsDescribed() => Describes("entropy-assess.schema.json", CliJsonContext.Default.EntropyAssessment);

    private static void Describes(string file, JsonTypeInfo type)
    {
        JsonNode schema = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe });
        JsonObject document = new() { ["$schema"] = "https://json-schema.org/draft/2020-12/schema" };
        foreach ((string key, JsonNode? value) in schema.AsObject())
        {
            document[key] = value?.DeepClone();
        }

        string made = document.ToJsonString(Readable) + "\n";
        string path = Repository.File("docs", "schemas", file);
        string written = File.Exists(path) ? File.ReadAllText(path) : "";
        if (made != written)
        {
            string actual = Path.Combine(AppContext.BaseDirectory, file);
            File.WriteAllText(actual, made);
            Assert.Fail($"docs/schemas/{file} does not describe the output any more. Read the difference to {actual}, and copy it when it is meant.");
        }
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        // Nulls are left out of what is printed.
        if ((schema as JsonObject)?["required"] is JsonArray required)
        {
            foreach (JsonPropertyInfo optional in context.TypeInfo.Properties.Where(property => property.IsGetNullable))
            {
                required.RemoveAll(name => name!.GetValue<string>() == optional.Name);
            }
        }

        string text = context.PropertyInfo is { } property ? Parameter(property) : Summary(context.TypeInfo.Type);
        if (text.Length > 0 && schema is JsonObject described)
        {
            described.Insert(0, "description", text);
        }

        return schema;
    }

    private static string Parameter(JsonPropertyInfo property)
    {
        string name = property.Name;
        XElement? type = Member("T", property.DeclaringType);
        XElement? parameter = type?.Elements("param").FirstOrDefault(element => string.Equals(element.Attribute("name")!.Value, name, StringComparison.OrdinalIgnoreCase));
        string member = (property.AttributeProvider as MemberInfo)?.Name ?? name;
        return Text(parameter ?? Comments.Descendants("member").FirstOrDefault(element => element.Attribute("name")!.Value == $"P:{property.DeclaringType.FullName}.{member}")?.Element("summary"));
    }

    private static string Summary(Type type) => Text(Member("T", type)?.Element("summary"));

    private static XElement? Member(string kind, Type type) =>
        Comments.Descendants("member").FirstOrDefault(element => element.Attribute("name")!.Value == $"{kind}:{type.FullName}");

    private static string Text(XElement? element) => element is null
        ? ""
        : string.Join(' ', string.Concat(element.Nodes().Select(Text)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A reference stands for the name of what it refers to.</summary>
    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Value.Length: 0 } reference => (reference.Attribute("cref") ?? reference.Attribute("name"))?.Value.Split('.', ':')[^1] ?? "",
        XElement other => other.Value,
        _ => "",
    };
}
