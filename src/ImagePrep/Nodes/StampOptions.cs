namespace ImagePrep.Nodes;

/// <summary>How node images are made.</summary>
public sealed record StampOptions
{
    public NodeLayout Layout { get; init; } = NodeLayout.Overlay;

    /// <summary>How many images are written at once.</summary>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Files, devices or FIFOs whose bytes go into every seed besides the operating system's.</summary>
    public IReadOnlyList<string> EntropyFiles { get; init; } = [];
}
