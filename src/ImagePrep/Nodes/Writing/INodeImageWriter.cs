namespace ImagePrep.Nodes.Writing;

/// <summary>Makes the files of nodes from the golden image and each node's patches.</summary>
internal interface INodeImageWriter : IDisposable
{
    /// <summary>Ending of the file names.</summary>
    string Extension { get; }

    /// <summary>Writes a new file and returns its SHA-256 in lower-case hexadecimal. Called for several nodes at once.</summary>
    string Write(string fileName, IReadOnlyList<NodePatch> patches, CancellationToken cancellation);

    /// <summary>Makes everything written so far durable and visible. Called once, at the end.</summary>
    void Complete();
}
