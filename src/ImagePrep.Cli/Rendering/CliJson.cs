using System.Text.Json;
using System.Text.Json.Serialization;
using ImagePrep.Inspection;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Assessment;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Cli.Rendering;

/// <summary>JSON that commands print: camelCase, indented, LF.</summary>
internal static class CliJson
{
    /// <summary>Each battery's result has a form of its own.</summary>
    public static string Write(IBatteryResult result) => JsonSerializer.Serialize(result, result.GetType(), CliJsonContext.Default) + "\n";

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
[JsonSerializable(typeof(ExactResult))]
[JsonSerializable(typeof(Sp80022Result))]
[JsonSerializable(typeof(EntropyAssessment))]
[JsonSerializable(typeof(InspectionReport))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
