using System.Text.Json.Serialization;
using ImagePrep.Golden;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Nodes;

namespace ImagePrep.Reports;

/// <summary>report.json: what a run made, and the evidence for it. Verdicts and commitments; no secret, and no figure taken from one.</summary>
public sealed record ReportDocument
{
    public const int CurrentSchema = 1;

    public required int Schema { get; init; }

    public required ToolDescription Tool { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Finished { get; init; }

    public required BaseDescription Base { get; init; }

    public required GoldenFileDescription Golden { get; init; }

    public required RecipeDescription Recipe { get; init; }

    public required IReadOnlyList<StepDescription> Steps { get; init; }

    public required IReadOnlyList<Steps.RemovedSecret> RemovedSecrets { get; init; }

    /// <inheritdoc cref="GoldenDocument.Reported"/>
    public required IReadOnlyList<Steps.ReportedItem> Reported { get; init; }

    /// <inheritdoc cref="GoldenDocument.DeviceOrder"/>
    public required IReadOnlyList<DeviceOrderReference> DeviceOrder { get; init; }

    /// <inheritdoc cref="GoldenDocument.Erased"/>
    public required ErasureDescription? Erased { get; init; }

    public required IReadOnlyList<NodeResult> Nodes { get; init; }

    /// <summary>Null when no node was made.</summary>
    public required SeedTests? SeedTests { get; init; }

    /// <summary>A few lines for people.</summary>
    [JsonIgnore]
    public string Summary => ReportSummary.Of(this);

    internal static ReportDocument Of(
        GoldenDocument golden, StampedBatch? batch, SeedTests? seedTests, DateTimeOffset started, DateTimeOffset finished) => new()
    {
        Schema = CurrentSchema,
        Tool = golden.Tool,
        Started = started,
        Finished = finished,
        Base = golden.Base,
        Golden = golden.Golden,
        Recipe = golden.Recipe,
        Steps = golden.Steps,
        RemovedSecrets = golden.RemovedSecrets,
        Reported = golden.Reported,
        DeviceOrder = golden.DeviceOrder,
        Erased = golden.Erased,
        Nodes = batch?.Nodes ?? [],
        SeedTests = seedTests,
    };
}
