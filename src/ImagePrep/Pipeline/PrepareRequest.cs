using ImagePrep.Catalog;
using ImagePrep.Containers;
using ImagePrep.Nodes;
using ImagePrep.Recipes;

namespace ImagePrep.Pipeline;

/// <summary>Everything that one preparation is asked to do.</summary>
public sealed record PrepareRequest
{
    public required Recipe Recipe { get; init; }

    /// <summary>The base image: only ever read.</summary>
    public required string BasePath { get; init; }

    /// <summary>When the base is an overlay: every file below it, down to the one that stands alone. Only ever read.</summary>
    public IReadOnlyList<string> Backing { get; init; } = [];

    /// <summary>Format of the base when its content does not prove it. Formats of other hypervisors are always declared.</summary>
    public DeclaredFormat? BaseFormat { get; init; }

    /// <summary>What is known of keys and identities in guests.</summary>
    public GuestCatalog Catalog { get; init; } = GuestCatalog.BuiltIn;

    /// <summary>Whether the golden image is compressed: smaller to ship, slower to write and to read.</summary>
    public bool Compress { get; init; }

    /// <summary>Nodes to stamp; none makes the golden image alone.</summary>
    public IReadOnlyList<NodeSpec> Nodes { get; init; } = [];

    public StampOptions Stamping { get; init; } = new();
}
