using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.TestKit;

/// <summary>
/// A file system in memory, for tests of what lies above file systems. It keeps the contract of <see cref="IFileSystem"/>; content has a made-up place
/// of one 4 KiB block for each 4 KiB of content, so that slots have ranges.
/// </summary>
public sealed class MemoryFileSystem : IFileSystem
{
    private const int BlockSize = 4096;

    private static readonly UnixTime Epoch = new(1_700_000_000);

    private readonly Dictionary<uint, Node> _nodes = new() { [2] = new Node(NodeKind.Directory, new NodeAttributes(0b111_101_101), []) };
    private uint _next = 11;

    public string Uuid { get; init; } = "00000000-0000-0000-0000-000000000001";

    public string Label { get; init; } = "";

    public int Flushes { get; private set; }

    public FileSystemSummary Summary => new("ext4", Uuid, Label, BlockSize, 1L << 30, 1L << 29, Epoch, ["extent"]);

    public NodeId Root => new(2);

    /// <summary>Makes a file with its parents, for the start of a test.</summary>
    public void Add(string path, string content, int permissions = 0b110_100_100, uint userId = 0, uint groupId = 0) =>
        AddBytes(path, System.Text.Encoding.UTF8.GetBytes(content), permissions, userId, groupId);

    public void AddBytes(string path, byte[] content, int permissions = 0b110_100_100, uint userId = 0, uint groupId = 0) =>
        CreateFile(Parents(path, out FileName name), name, new NodeAttributes(permissions, userId, groupId), content);

    public void AddLink(string path, string target) =>
        CreateSymbolicLink(Parents(path, out FileName name), name, System.Text.Encoding.UTF8.GetBytes(target));

    public NodeId AddDirectory(string path) => Parents(path + "/x", out _);

    /// <summary>Every path with what it is: "/a/b 0644 0:0 content", "/l -> target", "/d/ 0755 0:0". Sorted, for comparing trees.</summary>
    public IReadOnlyList<string> Dump()
    {
        List<string> lines = [];
        Dump(Root, "", lines);
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    public NodeInfo Stat(NodeId node)
    {
        Node found = _nodes[node.Value];
        return new NodeInfo(
            found.Kind, found.Attributes.Permissions, found.Attributes.UserId, found.Attributes.GroupId, found.Content.Length, LinksOf(node), Epoch, Epoch, Epoch);
    }

    public bool TryLookup(NodeId directory, FileName name, out NodeId node)
    {
        bool found = _nodes[directory.Value].Entries.TryGetValue(name, out uint id);
        node = new NodeId(id);
        return found;
    }

    public IEnumerable<DirectoryEntry> List(NodeId directory) =>
        _nodes[directory.Value].Entries.Select(entry => new DirectoryEntry(entry.Key, new NodeId(entry.Value), _nodes[entry.Value].Kind));

    public int Read(NodeId file, long offset, Span<byte> destination)
    {
        byte[] content = _nodes[file.Value].Content;
        int count = (int)Math.Clamp(content.Length - offset, 0, destination.Length);
        content.AsSpan((int)Math.Min(offset, content.Length), count).CopyTo(destination);
        return count;
    }

    public byte[] ReadLink(NodeId link) => _nodes[link.Value].Content;

    public IReadOnlyList<ExtendedAttribute> GetAttributes(NodeId node) =>
        [.. _nodes[node.Value].Extended.Select(pair => new ExtendedAttribute(pair.Key, pair.Value))];

    public IReadOnlyList<ByteRange> ContentRanges(NodeId file) =>
        [new ByteRange(file.Value * 16L * BlockSize, _nodes[file.Value].Content.Length)];

    public IReadOnlyList<ByteRange> UnusedRanges() => [];

    public NodeId CreateFile(NodeId directory, FileName name, NodeAttributes attributes, ReadOnlySpan<byte> content) =>
        Create(directory, name, new Node(NodeKind.File, attributes, content.ToArray()));

    public NodeId CreateDirectory(NodeId directory, FileName name, NodeAttributes attributes) =>
        Create(directory, name, new Node(NodeKind.Directory, attributes, []));

    public NodeId CreateSymbolicLink(NodeId directory, FileName name, ReadOnlySpan<byte> target, uint userId = 0, uint groupId = 0) =>
        Create(directory, name, new Node(NodeKind.SymbolicLink, new NodeAttributes(0b111_111_111, userId, groupId), target.ToArray()));

    public void WriteContent(NodeId file, ReadOnlySpan<byte> content) => _nodes[file.Value].Content = content.ToArray();

    public void WriteAt(NodeId file, long offset, ReadOnlySpan<byte> content)
    {
        Node node = _nodes[file.Value];
        byte[] grown = new byte[Math.Max(node.Content.Length, offset + content.Length)];
        node.Content.CopyTo(grown, 0);
        content.CopyTo(grown.AsSpan((int)offset));
        node.Content = grown;
    }

    public void SetLength(NodeId file, long length)
    {
        byte[] content = _nodes[file.Value].Content;
        Array.Resize(ref content, (int)length);
        _nodes[file.Value].Content = content;
    }

    public void Unlink(NodeId directory, FileName name)
    {
        if (!TryLookup(directory, name, out NodeId node))
        {
            throw new FileNotFoundException($"There is no {name}.");
        }

        if (_nodes[node.Value].Kind == NodeKind.Directory)
        {
            throw new IOException($"{name} is a directory.");
        }

        RemoveEntry(directory, name);
    }

    public void RemoveDirectory(NodeId directory, FileName name)
    {
        if (!TryLookup(directory, name, out NodeId node) || _nodes[node.Value] is not { Kind: NodeKind.Directory, Entries.Count: 0 })
        {
            throw new IOException($"{name} is not an empty directory.");
        }

        RemoveEntry(directory, name);
    }

    /// <summary>Gives a folder a second name, as only damage does.</summary>
    public void Damage(NodeId folder, NodeId directory, FileName name) => _nodes[directory.Value].Entries.Add(name, folder.Value);

    public void Link(NodeId node, NodeId directory, FileName name)
    {
        if (_nodes[node.Value].Kind == NodeKind.Directory || !_nodes[directory.Value].Entries.TryAdd(name, node.Value))
        {
            throw new IOException($"{name} exists, or a directory would get a second name.");
        }
    }

    public void Rename(NodeId fromDirectory, FileName fromName, NodeId toDirectory, FileName toName)
    {
        if (!TryLookup(fromDirectory, fromName, out NodeId moved))
        {
            throw new FileNotFoundException($"There is no {fromName}.");
        }

        bool isDirectory = _nodes[moved.Value].Kind == NodeKind.Directory;
        if (isDirectory && IsAbove(moved, toDirectory))
        {
            throw new IOException($"{fromName} cannot be moved below itself.");
        }

        if (TryLookup(toDirectory, toName, out NodeId replaced))
        {
            if (replaced == moved)
            {
                return;
            }

            if ((_nodes[replaced.Value].Kind == NodeKind.Directory) != isDirectory || _nodes[replaced.Value].Entries.Count > 0)
            {
                throw new IOException($"{toName} is of another kind, or a directory with content.");
            }

            RemoveEntry(toDirectory, toName);
        }

        _nodes[fromDirectory.Value].Entries.Remove(fromName);
        _nodes[toDirectory.Value].Entries.Add(toName, moved.Value);
    }

    public void SetPermissions(NodeId node, int permissions) =>
        _nodes[node.Value].Attributes = _nodes[node.Value].Attributes with { Permissions = permissions };

    public void SetOwner(NodeId node, uint userId, uint groupId) =>
        _nodes[node.Value].Attributes = _nodes[node.Value].Attributes with { UserId = userId, GroupId = groupId };

    public void SetAttribute(NodeId node, string name, ReadOnlySpan<byte> value) => _nodes[node.Value].Extended[name] = value.ToArray();

    public void RemoveAttribute(NodeId node, string name) => _nodes[node.Value].Extended.Remove(name);

    public void Flush() => Flushes++;

    private int LinksOf(NodeId node) => _nodes[node.Value].Kind == NodeKind.Directory
        ? 1
        : _nodes.Values.Sum(parent => parent.Entries.Values.Count(id => id == node.Value));

    private bool IsAbove(NodeId directory, NodeId below) =>
        directory == below || _nodes[directory.Value].Entries.Values.Any(id => IsAbove(new NodeId(id), below));

    private void RemoveEntry(NodeId directory, FileName name)
    {
        _nodes[directory.Value].Entries.Remove(name, out uint id);
        if (!_nodes.Values.Any(parent => parent.Entries.ContainsValue(id)))
        {
            _nodes.Remove(id);
        }
    }

    private NodeId Create(NodeId directory, FileName name, Node node)
    {
        if (!_nodes[directory.Value].Entries.TryAdd(name, _next))
        {
            throw new IOException($"{name} exists.");
        }

        _nodes.Add(_next, node);
        return new NodeId(_next++);
    }

    private NodeId Parents(string path, out FileName last)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        NodeId directory = Root;
        foreach (string part in parts[..^1])
        {
            directory = TryLookup(directory, part, out NodeId found) ? found : CreateDirectory(directory, part, new NodeAttributes(0b111_101_101));
        }

        last = parts[^1];
        return directory;
    }

    private void Dump(NodeId directory, string path, List<string> lines)
    {
        foreach (DirectoryEntry entry in List(directory))
        {
            Node node = _nodes[entry.Node.Value];
            string full = $"{path}/{entry.Name}";
            string owner = $"{Convert.ToString(node.Attributes.Permissions, 8).PadLeft(4, '0')} {node.Attributes.UserId}:{node.Attributes.GroupId}";
            string extended = string.Concat(node.Extended.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $" {pair.Key}={System.Text.Encoding.UTF8.GetString(pair.Value)}"));
            switch (node.Kind)
            {
                case NodeKind.Directory:
                    lines.Add($"{full}/ {owner}{extended}");
                    Dump(entry.Node, full, lines);
                    break;
                case NodeKind.SymbolicLink:
                    lines.Add($"{full} -> {System.Text.Encoding.UTF8.GetString(node.Content)}");
                    break;
                default:
                    lines.Add($"{full} {owner}{extended} {System.Text.Encoding.UTF8.GetString(node.Content).ReplaceLineEndings("\\n")}");
                    break;
            }
        }
    }

    private sealed class Node(NodeKind kind, NodeAttributes attributes, byte[] content)
    {
        public NodeKind Kind { get; } = kind;

        public NodeAttributes Attributes { get; set; } = attributes;

        public byte[] Content { get; set; } = content;

        public SortedDictionary<FileName, uint> Entries { get; } = [];

        public SortedDictionary<string, byte[]> Extended { get; } = new(StringComparer.Ordinal);
    }
}
