using ImagePrep.Golden;

namespace ImagePrep.Nodes.Writing;

/// <summary>The writer for each layout.</summary>
internal static class NodeImageWriters
{
    /// <param name="layout">What files the nodes are to be.</param>
    /// <param name="golden">The image they come from.</param>
    /// <param name="goldenPath">Its name as an overlay records it.</param>
    /// <param name="folder">Where the files are made.</param>
    public static INodeImageWriter Create(NodeLayout layout, GoldenImage golden, string goldenPath, string folder) => layout switch
    {
        NodeLayout.Overlay => new OverlayNodeWriter(golden, goldenPath, folder),
        NodeLayout.StandaloneQcow2 => new StandaloneNodeWriter(golden, folder),
        NodeLayout.Raw => new RawNodeWriter(golden, folder),
        _ => throw new ArgumentOutOfRangeException(nameof(layout)),
    };
}
