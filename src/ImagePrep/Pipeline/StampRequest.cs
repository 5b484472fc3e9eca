using ImagePrep.Nodes;

namespace ImagePrep.Pipeline;

/// <summary>Further nodes from a golden image that was prepared earlier.</summary>
public sealed record StampRequest
{
    /// <summary>Path of golden.json; the image lies beside it.</summary>
    public required string GoldenDocument { get; init; }

    public required IReadOnlyList<NodeSpec> Nodes { get; init; }

    public StampOptions Stamping { get; init; } = new();
}
