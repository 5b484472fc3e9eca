namespace ImagePrep.Nodes.Writing;

/// <summary>Makes the file of one node from the golden image and the node's patches. Called for several nodes at once.</summary>
internal interface INodeImageWriter : IDisposable
{
    /// <summary>Ending of the file names.</summary>
    string Extension { get; }

    /// <summary>Writes a new file and returns its SHA-256 in lower-case hexadecimal.</summary>
    string Write(string path, IReadOnlyList<NodePatch> patches);
}
