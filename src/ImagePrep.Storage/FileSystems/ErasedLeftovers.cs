namespace ImagePrep.Storage.FileSystems;

/// <summary>What deleting had left behind inside structures that are in use, and was overwritten with zeros.</summary>
/// <param name="Nodes">Inodes that are free and still said what they had been.</param>
/// <param name="Names">Places in directories that still held bytes of removed names.</param>
public readonly record struct ErasedLeftovers(long Nodes, long Names)
{
    public static ErasedLeftovers operator +(ErasedLeftovers left, ErasedLeftovers right) => new(left.Nodes + right.Nodes, left.Names + right.Names);
}
