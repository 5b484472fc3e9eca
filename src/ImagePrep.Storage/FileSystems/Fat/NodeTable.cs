namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>
/// Numbers for nodes: FAT has no inodes, so each record gets a number when it is first met, and keeps it while this file system is open,
/// whatever happens to its clusters. A record is known by its place on the device.
/// </summary>
internal sealed class NodeTable
{
    private const uint RootId = 1;

    private readonly Dictionary<long, uint> _ids = [];
    private readonly Dictionary<uint, long> _positions = [];
    private uint _next = RootId + 1;

    public static NodeId Root => new(RootId);

    public NodeId IdOf(long position)
    {
        if (!_ids.TryGetValue(position, out uint id))
        {
            id = _next++;
            _ids.Add(position, id);
            _positions.Add(id, position);
        }

        return new NodeId(id);
    }

    /// <summary>Place of the record of a node other than the root.</summary>
    /// <exception cref="FileNotFoundException">There is no such node, or it was removed.</exception>
    public long PositionOf(NodeId node) =>
        _positions.TryGetValue(node.Value, out long position) ? position : throw new FileNotFoundException($"Node {node} is not in use.");

    /// <summary>The record lies elsewhere now: its number stays.</summary>
    public void Move(long from, long to)
    {
        if (_ids.Remove(from, out uint id))
        {
            _ids.Add(to, id);
            _positions[id] = to;
        }
    }

    /// <summary>The record is gone: its number is never used again.</summary>
    public void Forget(long position)
    {
        if (_ids.Remove(position, out uint id))
        {
            _positions.Remove(id);
        }
    }
}
