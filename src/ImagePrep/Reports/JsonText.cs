using System.Text.Json;
using System.Text.Json.Serialization;
using ImagePrep.Golden;

namespace ImagePrep.Reports;

/// <summary>The one way in which this program writes and reads JSON: camelCase, indented, LF, no null fields, unknown fields refused.</summary>
public static class JsonText
{
    public static string Write(GoldenDocument document) => JsonSerializer.Serialize(document, DocumentContext.Default.GoldenDocument) + "\n";

    public static string Write(ReportDocument document) => JsonSerializer.Serialize(document, DocumentContext.Default.ReportDocument) + "\n";

    /// <exception cref="JsonException">Not such a document.</exception>
    public static GoldenDocument ReadGolden(string text) =>
        JsonSerializer.Deserialize(text, DocumentContext.Default.GoldenDocument) ?? throw new JsonException("The document is empty.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GoldenDocument))]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class DocumentContext : JsonSerializerContext;
