namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// The hashes that belong below one entry of an index, by the boundaries around it. A boundary with bit 0 set means that its hash is on both
/// sides: hashes are even, so comparing as numbers gives just that for the upper side.
/// </summary>
/// <param name="From">The entry's own boundary.</param>
/// <param name="To">The next entry's boundary.</param>
internal readonly record struct HashRange(uint From, uint To)
{
    public static HashRange All { get; } = new(0, uint.MaxValue);

    public bool Contains(uint hash) => hash >= (From & ~1u) && hash < To;

    /// <summary>Whether an entry with this boundary may stand inside.</summary>
    public bool ContainsBoundary(uint boundary) => boundary >= From && boundary <= To;

    /// <summary>The part below one entry of an index block.</summary>
    public HashRange Below(IndexNode node, int index) =>
        new(index == 0 ? From : node.HashAt(index), index == node.Count - 1 ? To : node.HashAt(index + 1));
}
