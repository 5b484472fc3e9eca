using System.Text;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>What a node of a FAT file system should be, kept in plain memory: names are kept as written and found in any case.</summary>
internal sealed class FatTreeNode(bool isDirectory)
{
    public bool IsDirectory { get; } = isDirectory;

    public bool IsReadOnly { get; set; }

    public byte[] Content { get; set; } = [];

    public SortedDictionary<string, FatTreeNode> Children { get; } = new(StringComparer.OrdinalIgnoreCase);

    public bool IsAbove(FatTreeNode other) => other == this || Children.Values.Any(child => child.IsAbove(other));
}

/// <summary>A model tree and its comparison with a file system and with a folder of the host.</summary>
internal sealed class FatTree
{
    public FatTreeNode Root { get; } = new(isDirectory: true);

    public IEnumerable<(FatTreeNode Node, string Path)> Everything() => Walk(Root, "");

    public static NodeId Find(IFileSystemReader files, string path)
    {
        NodeId node = files.Root;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            files.TryLookup(node, part, out node).ShouldBeTrue(path);
        }

        return node;
    }

    /// <summary>Fails at the first difference.</summary>
    public void ShouldEqual(IFileSystemReader files) => Compare(files, files.Root, Root, "");

    /// <summary>
    /// Fails at the first difference from a folder, into which mtools copied everything. mtools knows no surrogate pairs: it makes "__" of each.
    /// </summary>
    public void ShouldEqualFolder(string folder)
    {
        string[] found = [.. Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(path => "/" + Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];
        string[] expected = [.. Everything().Select(item => AsCopied(item.Path)).Where(path => path.Length > 0).Order(StringComparer.Ordinal)];
        found.Except(expected, StringComparer.Ordinal).ShouldBeEmpty();
        expected.Except(found, StringComparer.Ordinal).ShouldBeEmpty();
        foreach ((FatTreeNode node, string path) in Everything())
        {
            if (!node.IsDirectory)
            {
                File.ReadAllBytes(folder + AsCopied(path)).AsSpan().SequenceEqual(node.Content).ShouldBeTrue($"content of {path}");
            }
        }
    }

    private static string AsCopied(string path) => string.Concat(path.Select(c => char.IsSurrogate(c) ? '_' : c));

    private static IEnumerable<(FatTreeNode Node, string Path)> Walk(FatTreeNode node, string path)
    {
        yield return (node, path);
        foreach ((string name, FatTreeNode child) in node.Children)
        {
            foreach ((FatTreeNode Node, string Path) inner in Walk(child, $"{path}/{name}"))
            {
                yield return inner;
            }
        }
    }

    private static void Compare(IFileSystemReader files, NodeId id, FatTreeNode model, string path)
    {
        NodeInfo info = files.Stat(id);
        info.Kind.ShouldBe(model.IsDirectory ? NodeKind.Directory : NodeKind.File, path);
        (info.UserId, info.GroupId).ShouldBe((0u, 0u), path);
        info.Permissions.ShouldBe(model.IsReadOnly ? 0x16D : 0x1ED, path);
        if (!model.IsDirectory)
        {
            info.Size.ShouldBe(model.Content.Length, path);
            byte[] content = new byte[model.Content.Length + 10];
            files.Read(id, 0, content).ShouldBe(model.Content.Length, path);
            content.AsSpan(0, model.Content.Length).SequenceEqual(model.Content).ShouldBeTrue($"content of {path}");
            return;
        }

        Dictionary<string, NodeId> found = files.List(id).ToDictionary(e => Encoding.UTF8.GetString(e.Name.Bytes), e => e.Node, StringComparer.Ordinal);
        string.Join('\n', found.Keys.Order(StringComparer.Ordinal)).ShouldBe(string.Join('\n', model.Children.Keys.Order(StringComparer.Ordinal)), path);
        info.LinkCount.ShouldBe(2 + model.Children.Values.Count(c => c.IsDirectory), path);
        foreach ((string name, FatTreeNode child) in model.Children)
        {
            Compare(files, found[name], child, $"{path}/{name}");
        }
    }
}
