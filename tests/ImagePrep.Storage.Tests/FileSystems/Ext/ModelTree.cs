using System.Text;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>What a node of the file system should be, kept in plain memory.</summary>
internal sealed class ModelNode(NodeKind kind, int permissions, uint userId, uint groupId)
{
    public NodeKind Kind { get; } = kind;

    public int Permissions { get; set; } = permissions;

    public uint UserId { get; set; } = userId;

    public uint GroupId { get; set; } = groupId;

    /// <summary>Given when the node is made, and the same whatever is done to it.</summary>
    public NodeId Id { get; set; }

    /// <summary>A file's bytes.</summary>
    public ModelContent Content { get; } = new();

    /// <summary>A symbolic link's target.</summary>
    public byte[] Target { get; init; } = [];

    public SortedDictionary<string, byte[]> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>Names in a directory. Several names, in any directories, may be of one node.</summary>
    public SortedDictionary<string, ModelNode> Children { get; } = new(StringComparer.Ordinal);

    public bool IsAbove(ModelNode other) => other == this || Children.Values.Any(child => child.IsAbove(other));
}

/// <summary>A model tree and the comparison with a file system.</summary>
internal sealed class ModelTree
{
    public ModelNode Root { get; } = new(NodeKind.Directory, 0b111_101_101, 0, 0);

    /// <summary>Directories of the tree, root first, in a fixed order.</summary>
    public IEnumerable<(ModelNode Node, string Path)> Directories() => Walk(Root, "").Where(item => item.Node.Kind == NodeKind.Directory);

    public IEnumerable<(ModelNode Node, string Path)> Everything() => Walk(Root, "");

    /// <summary>What a file system holds: files, directories and symbolic links, each with one name.</summary>
    public static ModelTree Of(IFileSystemReader files)
    {
        ModelTree tree = new();
        Fill(files, files.Root, tree.Root, isRoot: true);
        return tree;
    }

    /// <summary>Fails at the first difference.</summary>
    public void ShouldEqual(IFileSystemReader files)
    {
        Dictionary<ModelNode, int> names = Everything().GroupBy(item => item.Node).ToDictionary(group => group.Key, group => group.Count());
        Root.Id = files.Root;
        Compare(files, files.Root, Root, "", names);
    }

    public static NodeId Find(IFileSystemReader files, string path)
    {
        NodeId node = files.Root;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            files.TryLookup(node, part, out node).ShouldBeTrue(path);
        }

        return node;
    }

    private static void Fill(IFileSystemReader files, NodeId directory, ModelNode model, bool isRoot)
    {
        foreach (DirectoryEntry entry in files.List(directory).Where(e => !isRoot || e.Name != "lost+found"))
        {
            NodeInfo info = files.Stat(entry.Node);
            ModelNode node = new(info.Kind, info.Permissions, info.UserId, info.GroupId)
            {
                Id = entry.Node,
                Target = info.Kind == NodeKind.SymbolicLink ? files.ReadLink(entry.Node) : [],
            };
            foreach (ExtendedAttribute attribute in files.GetAttributes(entry.Node))
            {
                node.Attributes.Add(attribute.Name, attribute.Value);
            }

            model.Children.Add(Encoding.UTF8.GetString(entry.Name.Bytes), node);
            if (info.Kind == NodeKind.Directory)
            {
                Fill(files, entry.Node, node, isRoot: false);
            }
            else if (info.Kind == NodeKind.File)
            {
                byte[] content = new byte[info.Size];
                files.Read(entry.Node, 0, content);
                node.Content.Replace(content);
            }
        }
    }

    private static IEnumerable<(ModelNode Node, string Path)> Walk(ModelNode node, string path)
    {
        yield return (node, path);
        foreach ((string name, ModelNode child) in node.Children)
        {
            foreach ((ModelNode Node, string Path) inner in Walk(child, $"{path}/{name}"))
            {
                yield return inner;
            }
        }
    }

    private static void Compare(IFileSystemReader files, NodeId id, ModelNode model, string path, Dictionary<ModelNode, int> names)
    {
        id.ShouldBe(model.Id, path);
        NodeInfo info = files.Stat(id);
        info.Kind.ShouldBe(model.Kind, path);
        if (path.Length > 0)
        {
            info.Permissions.ShouldBe(model.Permissions, path);
            (info.UserId, info.GroupId).ShouldBe((model.UserId, model.GroupId), path);
            Text(files.GetAttributes(id).OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{a.Name}={Convert.ToHexString(a.Value)}"))
                .ShouldBe(Text(model.Attributes.Select(a => $"{a.Key}={Convert.ToHexString(a.Value)}")), path);
        }

        if (model.Kind == NodeKind.File)
        {
            info.LinkCount.ShouldBe(names[model], path);
            info.Size.ShouldBe(model.Content.Length, path);
            model.Content.ShouldBe(files, id, path);
        }
        else if (model.Kind == NodeKind.SymbolicLink)
        {
            info.LinkCount.ShouldBe(names[model], path);
            files.ReadLink(id).ShouldBe(model.Target, path);
        }
        else
        {
            Dictionary<string, NodeId> found = files.List(id).ToDictionary(e => Encoding.UTF8.GetString(e.Name.Bytes), e => e.Node, StringComparer.Ordinal);
            found.Remove("lost+found");
            Text(found.Keys.Order(StringComparer.Ordinal)).ShouldBe(Text(model.Children.Keys), path);
            info.LinkCount.ShouldBe(2 + model.Children.Values.Count(c => c.Kind == NodeKind.Directory) + (path.Length == 0 ? 1 : 0), path);
            foreach ((string name, ModelNode child) in model.Children)
            {
                Compare(files, found[name], child, $"{path}/{name}", names);
            }
        }
    }

    private static string Text(IEnumerable<string> lines) => string.Join('\n', lines);
}
