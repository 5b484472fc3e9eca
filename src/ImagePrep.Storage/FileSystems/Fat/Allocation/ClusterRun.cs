namespace ImagePrep.Storage.FileSystems.Fat.Allocation;

/// <summary>Clusters that follow each other on the device and in a chain.</summary>
internal readonly record struct ClusterRun(uint First, uint Count)
{
    /// <summary>The cluster after the last one.</summary>
    public uint End => First + Count;
}
