namespace ImagePrep.Nodes;

/// <summary>What file a node image is.</summary>
public enum NodeLayout
{
    /// <summary>A small qcow2 file over the golden image, which must stay beside it.</summary>
    Overlay,

    /// <summary>A complete qcow2 file.</summary>
    StandaloneQcow2,

    /// <summary>A complete raw disk.</summary>
    Raw,
}
