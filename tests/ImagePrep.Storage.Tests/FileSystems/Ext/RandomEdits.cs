using System.Text;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>A random walk through all editing calls, with a fixed seed, done to a file system and to a model alike. Without a model, it was empty.</summary>
internal sealed class RandomEdits(IFileSystem files, int seed, int largestFile = 60_000, ModelTree? model = null)
{
    private readonly Random _random = new(seed);
    private int _names;

    public ModelTree Model { get; } = model ?? new ModelTree();

    /// <summary>How many calls were refused for lack of room: they must not change anything.</summary>
    public int Refused { get; private set; }

    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            try
            {
                Step();
            }
            catch (UnsupportedImageException error) when (error.Kind == UnsupportedKind.NoSpace)
            {
                Refused++;
            }
        }
    }

    private void Step()
    {
        switch (_random.Next(14))
        {
            case 0 or 1 or 2: CreateFile(); break;
            case 3: CreateDirectory(); break;
            case 4: CreateLink(); break;
            case 5 or 6: WriteContent(); break;
            case 7: WriteAt(); break;
            case 8: SetLength(); break;
            case 9: Remove(); break;
            case 10: ChangeOwnerAndMode(); break;
            case 11 or 12: SetAttribute(); break;
            default: RemoveAttribute(); break;
        }
    }

    private void CreateFile()
    {
        (ModelNode parent, string path, string name) = NewName();
        ModelNode node = new(NodeKind.File, _random.Next(0x1000), (uint)_random.Next(200_000), (uint)_random.Next(200_000)) { Content = Bytes(largestFile) };
        files.CreateFile(ModelTree.Find(files, path), name, new NodeAttributes(node.Permissions, node.UserId, node.GroupId), node.Content);
        Inherit(parent, node);
        parent.Children.Add(name, node);
    }

    private void CreateDirectory()
    {
        (ModelNode parent, string path, string name) = NewName();
        ModelNode node = new(NodeKind.Directory, _random.Next(0x1000), 7, (uint)_random.Next(100));
        files.CreateDirectory(ModelTree.Find(files, path), name, new NodeAttributes(node.Permissions, node.UserId, node.GroupId));
        Inherit(parent, node);
        parent.Children.Add(name, node);
    }

    private void CreateLink()
    {
        (ModelNode parent, string path, string name) = NewName();
        int length = _random.Next(2) == 0 ? _random.Next(1, 70) : _random.Next(1, 900);
        ModelNode node = new(NodeKind.SymbolicLink, 0x1FF, 3, 4) { Content = Encoding.UTF8.GetBytes(new string('t', length)) };
        files.CreateSymbolicLink(ModelTree.Find(files, path), name, node.Content, 3, 4);
        Inherit(parent, node);
        parent.Children.Add(name, node);
    }

    private void WriteContent()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            byte[] content = Bytes(largestFile);
            files.WriteContent(ModelTree.Find(files, file.Path), content);
            file.Node.Content = content;
        }
    }

    private void WriteAt()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            int offset = _random.Next(0, file.Node.Content.Length + (largestFile / 2));
            byte[] content = Bytes(largestFile / 3);
            files.WriteAt(ModelTree.Find(files, file.Path), offset, content);
            if (content.Length > 0)
            {
                file.Node.Resize(Math.Max(file.Node.Content.Length, offset + content.Length));
                content.CopyTo(file.Node.Content, offset);
            }
        }
    }

    private void SetLength()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            int length = _random.Next(0, (file.Node.Content.Length * 5 / 4) + 1000);
            files.SetLength(ModelTree.Find(files, file.Path), length);
            file.Node.Resize(length);
        }
    }

    private void Remove()
    {
        if (Model.Everything().Count() < 25 || Pick(null) is not { } victim || victim.Path.Length == 0)
        {
            return;
        }

        int slash = victim.Path.LastIndexOf('/');
        string parentPath = victim.Path[..slash];
        string name = victim.Path[(slash + 1)..];
        NodeId parent = ModelTree.Find(files, parentPath);
        ModelNode parentNode = Model.Everything().Single(item => item.Path == parentPath).Node;
        if (victim.Node.Kind != NodeKind.Directory)
        {
            files.Unlink(parent, name);
            parentNode.Children.Remove(name);
        }
        else if (victim.Node.Children.Count == 0)
        {
            files.RemoveDirectory(parent, name);
            parentNode.Children.Remove(name);
        }
        else
        {
            Should.Throw<IOException>(() => files.RemoveDirectory(parent, name));
            Should.Throw<IOException>(() => files.Unlink(parent, name));
        }
    }

    private void ChangeOwnerAndMode()
    {
        if (Pick(null) is { } item && item.Path.Length > 0 && item.Node.Kind != NodeKind.SymbolicLink)
        {
            NodeId node = ModelTree.Find(files, item.Path);
            (item.Node.Permissions, item.Node.UserId, item.Node.GroupId) = (_random.Next(0x1000), (uint)_random.Next(), (uint)_random.Next());
            files.SetPermissions(node, item.Node.Permissions);
            files.SetOwner(node, item.Node.UserId, item.Node.GroupId);
        }
    }

    private void SetAttribute()
    {
        if (Pick(null) is { } item && item.Path.Length > 0 && item.Node.Kind != NodeKind.SymbolicLink)
        {
            string[] names = ["user.a", "user.bb", "user.long-name-of-an-attribute", "trusted.t", "security.selinux", "security.custom", "user.\u00e9t\u00e9"];
            string name = names[_random.Next(names.Length)];
            byte[] value = Bytes(_random.Next(3) == 0 ? 500 : 40);
            files.SetAttribute(ModelTree.Find(files, item.Path), name, value);
            item.Node.Attributes[name] = value;
        }
    }

    private void RemoveAttribute()
    {
        if (Pick(null) is { } item && item.Path.Length > 0)
        {
            string name = item.Node.Attributes.Keys.FirstOrDefault() ?? "user.absent";
            files.RemoveAttribute(ModelTree.Find(files, item.Path), name);
            item.Node.Attributes.Remove(name);
        }
    }

    private (ModelNode Parent, string Path, string Name) NewName()
    {
        (ModelNode Node, string Path)[] directories = [.. Model.Directories().Where(d => d.Path.Count(c => c == '/') < 6)];
        (ModelNode node, string path) = directories[_random.Next(directories.Length)];
        string name = $"{new string((char)('a' + _random.Next(26)), _random.Next(1, 60))}{_names++}";
        return (node, path, name);
    }

    private (ModelNode Node, string Path)? Pick(NodeKind? kind)
    {
        (ModelNode Node, string Path)[] candidates = [.. Model.Everything().Where(item => kind is null || item.Node.Kind == kind)];
        return candidates.Length == 0 ? null : candidates[_random.Next(candidates.Length)];
    }

    private static void Inherit(ModelNode parent, ModelNode node)
    {
        if ((parent.Permissions & 0x400) != 0)
        {
            node.GroupId = parent.GroupId;
            node.Permissions |= node.Kind == NodeKind.Directory ? 0x400 : 0;
        }
    }

    private byte[] Bytes(int largest)
    {
        int kind = _random.Next(10);
        byte[] bytes = new byte[kind == 0 ? 0 : kind < 5 ? _random.Next(1, 100) : _random.Next(1, Math.Max(2, largest))];
        _random.NextBytes(bytes);
        return bytes;
    }
}
