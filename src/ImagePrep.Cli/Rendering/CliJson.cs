using System.Text.Json;
using System.Text.Json.Serialization;
using ImagePrep.Inspection;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Assessment;

namespace ImagePrep.Cli.Rendering;

/// <summary>JSON that commands print: camelCase, indented, LF.</summary>
internal static class CliJson
{
    public static string Write(RngTestResult result) => JsonSerializer.Serialize(result, CliJsonContext.Default.RngTestResult) + "\n";

    public static string Write(EntropyAssessment assessment) => JsonSerializer.Serialize(assessment, CliJsonContext.Default.EntropyAssessment) + "\n";

    public static string Write(InspectionReport report) => JsonSerializer.Serialize(report, CliJsonContext.Default.InspectionReport) + "\n";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RngTestResult))]
[JsonSerializable(typeof(EntropyAssessment))]
[JsonSerializable(typeof(InspectionReport))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
