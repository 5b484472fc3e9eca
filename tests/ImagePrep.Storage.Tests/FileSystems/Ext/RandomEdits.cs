using System.Text;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>A random walk through all editing calls, with a fixed seed, done to a file system and to a model alike. Without a model, it was empty.</summary>
internal sealed class RandomEdits(IFileSystem files, int seed, int largestFile = 60_000, ModelTree? model = null)
{
    /// <summary>Above this many names more are removed than made.</summary>
    private const int ManyNames = 300;

    /// <summary>Farther out than 64 MiB: with blocks of 1 KiB the triple indirect ones map that.</summary>
    private const int FarOut = 80_000_000;

    private readonly Random _random = new(seed);
    private readonly bool _hasAttributes = files.Summary.Features.Contains("ext_attr");
    private IFileSystem _files = files;
    private int _names;

    public ModelTree Model { get; } = model ?? new ModelTree();

    /// <summary>How many calls were refused for lack of room: they must not change anything.</summary>
    public int Refused { get; private set; }

    /// <summary>Goes on with the same file system after it was opened again.</summary>
    public void GoOnWith(IFileSystem opened) => _files = opened;

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
        if (Model.Everything().Skip(ManyNames).Any())
        {
            Remove();
        }

        switch (_random.Next(40))
        {
            case 0: CreateMany(); break;
            case < 7: CreateFile(); break;
            case < 10: CreateDirectory(); break;
            case < 12: CreateSymbolicLink(); break;
            case < 15: Link(); break;
            case < 20: Rename(); break;
            case < 24: WriteContent(); break;
            case < 27: WriteAt(); break;
            case 27: WriteFarOut(); break;
            case 28: Scatter(); break;
            case < 31: SetLength(); break;
            case < 33: Remove(); break;
            case < 35: ChangeOwnerAndMode(); break;
            case < 39: SetAttribute(); break;
            default: RemoveAttribute(); break;
        }
    }

    private void CreateFile() => CreateFile(NewName());

    /// <summary>So many names in one directory that it gets an index, where there are indexes.</summary>
    private void CreateMany()
    {
        (ModelNode parent, string path, string _) = NewName();
        for (int i = _random.Next(10, 50); i > 0; i--)
        {
            CreateFile((parent, path, $"one-of-many-names-in-this-directory-{_names++}"));
        }
    }

    private void CreateFile((ModelNode Parent, string Path, string Name) place)
    {
        (ModelNode parent, string path, string name) = place;
        ModelNode node = new(NodeKind.File, _random.Next(0x1000), (uint)_random.Next(200_000), (uint)_random.Next(200_000));
        byte[] content = Bytes(largestFile);
        node.Id = _files.CreateFile(ModelTree.Find(_files, path), name, new NodeAttributes(node.Permissions, node.UserId, node.GroupId), content);
        node.Content.Write(0, content);
        Inherit(parent, node);
        parent.Children.Add(name, node);
    }

    private void CreateDirectory()
    {
        (ModelNode parent, string path, string name) = NewName();
        ModelNode node = new(NodeKind.Directory, _random.Next(0x1000), 7, (uint)_random.Next(100));
        node.Id = _files.CreateDirectory(ModelTree.Find(_files, path), name, new NodeAttributes(node.Permissions, node.UserId, node.GroupId));
        Inherit(parent, node);
        parent.Children.Add(name, node);
    }

    private void CreateSymbolicLink()
    {
        (ModelNode parent, string path, string name) = NewName();
        int length = _random.Next(2) == 0 ? _random.Next(1, 70) : _random.Next(1, 900);
        ModelNode node = new(NodeKind.SymbolicLink, 0x1FF, 3, 4) { Target = Encoding.UTF8.GetBytes(new string('t', length)) };
        node.Id = _files.CreateSymbolicLink(ModelTree.Find(_files, path), name, node.Target, 3, 4);
        Inherit(parent, node);
        parent.Children.Add(name, node);
    }

    private void Link()
    {
        if (Pick(null) is { } item)
        {
            (ModelNode parent, string path, string name) = NewName();
            NodeId directory = ModelTree.Find(_files, path);
            if (item.Node.Kind == NodeKind.Directory)
            {
                Should.Throw<IOException>(() => _files.Link(ModelTree.Find(_files, item.Path), directory, name));
            }
            else
            {
                _files.Link(ModelTree.Find(_files, item.Path), directory, name);
                parent.Children.Add(name, item.Node);
            }
        }
    }

    private void Rename()
    {
        if (Pick(null) is not { Path.Length: > 0 } moved)
        {
            return;
        }

        // To a new name, or to one that is there: often of a kind, or in a place, that is impossible.
        (ModelNode toParent, string toPath, string toName) = NewName();
        if (_random.Next(3) == 0 && Pick(null) is { Path.Length: > 0 } other)
        {
            (toPath, toName) = Split(other.Path);
            toParent = At(toPath);
        }

        (string fromPath, string fromName) = Split(moved.Path);
        void Call() => _files.Rename(ModelTree.Find(_files, fromPath), fromName, ModelTree.Find(_files, toPath), toName);
        ModelNode? replaced = toParent.Children.GetValueOrDefault(toName);
        if (replaced == moved.Node)
        {
            Call();
        }
        else if (moved.Node.IsAbove(toParent)
            || (replaced is not null && (replaced.Children.Count > 0 || (replaced.Kind == NodeKind.Directory) != (moved.Node.Kind == NodeKind.Directory))))
        {
            Should.Throw<IOException>(Call);
        }
        else
        {
            Call();
            At(fromPath).Children.Remove(fromName);
            toParent.Children[toName] = moved.Node;
        }
    }

    private void WriteContent()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            byte[] content = Bytes(largestFile);
            _files.WriteContent(ModelTree.Find(_files, file.Path), content);
            file.Node.Content.Replace(content);
        }
    }

    private void WriteAt()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            Write(file, _random.NextInt64(Math.Min(file.Node.Content.Length, largestFile) + (largestFile / 2)), Bytes(largestFile / 3));
        }
    }

    // One file at a time, as others have to read the whole of it.
    private void WriteFarOut()
    {
        if (Pick(NodeKind.File) is { } file && !Model.Everything().Any(item => item.Node != file.Node && item.Node.Content.Length > largestFile * 10L))
        {
            Write(file, _random.Next(FarOut), Bytes(5000));
        }
    }

    /// <summary>Many extents: pieces with holes between them.</summary>
    private void Scatter()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            int block = _files.Summary.BlockSize;
            int start = _random.Next(64);
            for (int piece = _random.Next(10, 80); piece > 0; piece--)
            {
                Write(file, (start + (piece * 2L)) * block, Bytes(16));
            }
        }
    }

    private void Write((ModelNode Node, string Path) file, long offset, byte[] content)
    {
        _files.WriteAt(ModelTree.Find(_files, file.Path), offset, content);
        file.Node.Content.Write(offset, content);
    }

    private void SetLength()
    {
        if (Pick(NodeKind.File) is { } file)
        {
            long length = _random.NextInt64((Math.Min(file.Node.Content.Length, largestFile * 10L) * 5 / 4) + 1000);
            _files.SetLength(ModelTree.Find(_files, file.Path), length);
            file.Node.Content.Resize(length);
        }
    }

    private void Remove()
    {
        if (Model.Everything().Count() < 25 || Pick(null) is not { } victim || victim.Path.Length == 0)
        {
            return;
        }

        (string parentPath, string name) = Split(victim.Path);
        NodeId parent = ModelTree.Find(_files, parentPath);
        ModelNode parentNode = At(parentPath);
        if (victim.Node.Kind != NodeKind.Directory)
        {
            _files.Unlink(parent, name);
            parentNode.Children.Remove(name);
        }
        else if (victim.Node.Children.Count == 0)
        {
            _files.RemoveDirectory(parent, name);
            parentNode.Children.Remove(name);
        }
        else
        {
            Should.Throw<IOException>(() => _files.RemoveDirectory(parent, name));
            Should.Throw<IOException>(() => _files.Unlink(parent, name));
        }
    }

    private void ChangeOwnerAndMode()
    {
        if (Pick(null) is { } item && item.Path.Length > 0 && item.Node.Kind != NodeKind.SymbolicLink)
        {
            NodeId node = ModelTree.Find(_files, item.Path);
            (item.Node.Permissions, item.Node.UserId, item.Node.GroupId) = (_random.Next(0x1000), (uint)_random.Next(), (uint)_random.Next());
            _files.SetPermissions(node, item.Node.Permissions);
            _files.SetOwner(node, item.Node.UserId, item.Node.GroupId);
        }
    }

    private void SetAttribute()
    {
        if (_hasAttributes && Pick(null) is { } item && item.Path.Length > 0 && item.Node.Kind != NodeKind.SymbolicLink)
        {
            string[] names = ["user.a", "user.bb", "user.long-name-of-an-attribute", "trusted.t", "security.selinux", "security.custom", "user.\u00e9t\u00e9"];
            string name = names[_random.Next(names.Length)];
            byte[] value = Bytes(_random.Next(3) == 0 ? 500 : 40);
            _files.SetAttribute(ModelTree.Find(_files, item.Path), name, value);
            item.Node.Attributes[name] = value;
        }
    }

    private void RemoveAttribute()
    {
        if (Pick(null) is { } item && item.Path.Length > 0)
        {
            string name = item.Node.Attributes.Keys.FirstOrDefault() ?? "user.absent";
            _files.RemoveAttribute(ModelTree.Find(_files, item.Path), name);
            item.Node.Attributes.Remove(name);
        }
    }

    private static (string Parent, string Name) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return (path[..slash], path[(slash + 1)..]);
    }

    private ModelNode At(string path) => Model.Everything().First(item => item.Path == path).Node;

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
