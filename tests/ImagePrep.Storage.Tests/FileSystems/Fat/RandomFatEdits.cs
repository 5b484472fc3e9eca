using System.Text;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>A random walk through all editing calls, with a fixed seed, done to a FAT file system and to a model alike.</summary>
internal sealed class RandomFatEdits(IFileSystem files, int seed, int largestFile)
{
    private readonly Random _random = new(seed);

    public FatTree Model { get; } = new();

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
        switch (_random.Next(15))
        {
            case 0 or 1 or 2 or 3: CreateFile(); break;
            case 4: CreateDirectory(); break;
            case 5 or 6: WriteContent(); break;
            case 7: WriteAt(); break;
            case 8: SetLength(); break;
            case 9: SetPermissions(); break;
            case 10: CreateAgain(); break;
            case 11 or 12: Rename(); break;
            default: Remove(); break;
        }
    }

    private void CreateFile()
    {
        (FatTreeNode parent, string path, string name) = NewName();
        FatTreeNode node = new(isDirectory: false) { Content = Bytes(), IsReadOnly = _random.Next(6) == 0 };
        NodeId made = files.CreateFile(FatTree.Find(files, path), name, new NodeAttributes(node.IsReadOnly ? 0x124 : 0x180), node.Content);
        FatTree.Find(files, $"{path}/{name}").ShouldBe(made);
        parent.Children.Add(name, node);
    }

    private void CreateDirectory()
    {
        (FatTreeNode parent, string path, string name) = NewName();
        files.CreateDirectory(FatTree.Find(files, path), name, new NodeAttributes(0x1ED));
        parent.Children.Add(name, new FatTreeNode(isDirectory: true));
    }

    private void CreateAgain()
    {
        if (Pick(null) is { Path.Length: > 0 } item)
        {
            (string parent, string name) = Split(item.Path);
            Should.Throw<IOException>(() => files.CreateFile(FatTree.Find(files, parent), OtherCase(name), new NodeAttributes(0x1A4), Bytes()));
            Should.Throw<IOException>(() => files.CreateDirectory(FatTree.Find(files, parent), OtherCase(name), new NodeAttributes(0x1A4)));
        }
    }

    private void WriteContent()
    {
        if (Pick(false) is { } file)
        {
            byte[] content = Bytes();
            files.WriteContent(FatTree.Find(files, file.Path), content);
            file.Node.Content = content;
        }
    }

    private void WriteAt()
    {
        if (Pick(false) is { } file)
        {
            int offset = _random.Next(0, file.Node.Content.Length + (largestFile / 2));
            byte[] content = Bytes();
            files.WriteAt(FatTree.Find(files, file.Path), offset, content);
            if (content.Length > 0)
            {
                byte[] grown = file.Node.Content;
                Array.Resize(ref grown, Math.Max(grown.Length, offset + content.Length));
                content.CopyTo(grown, offset);
                file.Node.Content = grown;
            }
        }
    }

    private void SetLength()
    {
        if (Pick(false) is { } file)
        {
            int length = _random.Next(0, (file.Node.Content.Length * 5 / 4) + 1000);
            files.SetLength(FatTree.Find(files, file.Path), length);
            byte[] content = file.Node.Content;
            Array.Resize(ref content, length);
            file.Node.Content = content;
        }
    }

    private void SetPermissions()
    {
        if (Pick(null) is { } item)
        {
            bool readOnly = _random.Next(2) == 0;
            files.SetPermissions(FatTree.Find(files, item.Path), readOnly ? 0x16D : 0x1A4);
            item.Node.IsReadOnly = readOnly && !item.Node.IsDirectory;
        }
    }

    private void Rename()
    {
        if (Pick(null) is not { Path.Length: > 0 } moved)
        {
            return;
        }

        // To a new name, or to one that is there, the same in another case included: often of a kind, or in a place, that is impossible.
        (FatTreeNode toParent, string toPath, string toName) = NewName();
        int kind = _random.Next(4);
        if (kind < 2 && (kind == 0 ? moved : Pick(null)) is { Path.Length: > 0 } other)
        {
            (toPath, toName) = Split(other.Path);
            toName = OtherCase(toName);
            toParent = At(toPath);
        }

        (string fromPath, string fromName) = Split(moved.Path);
        NodeId node = FatTree.Find(files, moved.Path);
        void Call() => files.Rename(FatTree.Find(files, fromPath), OtherCase(fromName), FatTree.Find(files, toPath), toName);
        FatTreeNode? replaced = toParent.Children.GetValueOrDefault(toName);
        bool isInTheWay = replaced is not null && replaced != moved.Node && (replaced.Children.Count > 0 || replaced.IsDirectory != moved.Node.IsDirectory);
        if (moved.Node.IsAbove(toParent) || isInTheWay)
        {
            Should.Throw<IOException>(Call);
            return;
        }

        Call();
        FatTree.Find(files, $"{toPath}/{toName}").ShouldBe(node);
        At(fromPath).Children.Remove(fromName);
        toParent.Children.Remove(toName);
        toParent.Children.Add(toName, moved.Node);
    }

    private FatTreeNode At(string path) => Model.Everything().First(item => item.Path == path).Node;

    private void Remove()
    {
        if (Model.Everything().Count() < 20 + _random.Next(60) || Pick(null) is not { Path.Length: > 0 } victim)
        {
            return;
        }

        (string parentPath, string name) = Split(victim.Path);
        NodeId parent = FatTree.Find(files, parentPath);
        NodeId node = FatTree.Find(files, victim.Path);
        FatTreeNode parentNode = Model.Everything().Single(item => item.Path == parentPath).Node;
        if (!victim.Node.IsDirectory)
        {
            files.Unlink(parent, OtherCase(name));
        }
        else if (victim.Node.Children.Count == 0)
        {
            files.RemoveDirectory(parent, OtherCase(name));
        }
        else
        {
            Should.Throw<IOException>(() => files.RemoveDirectory(parent, name));
            Should.Throw<IOException>(() => files.Unlink(parent, name));
            return;
        }

        parentNode.Children.Remove(name);
        Should.Throw<FileNotFoundException>(() => files.Stat(node));
    }

    private static (string Parent, string Name) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return (path[..slash], path[(slash + 1)..]);
    }

    private string OtherCase(string name) => _random.Next(3) switch
    {
        0 => name.ToUpperInvariant(),
        1 => name.ToLowerInvariant(),
        _ => name,
    };

    private (FatTreeNode Parent, string Path, string Name) NewName()
    {
        (FatTreeNode Node, string Path)[] directories = [.. Model.Everything().Where(d => d.Node.IsDirectory && d.Path.Count(c => c == '/') < 6)];
        (FatTreeNode node, string path) = directories[_random.Next(directories.Length)];
        string name;
        do
        {
            name = Name();
        }
        while (name.Length == 0 || name[^1] == '.' || files.TryLookup(FatTree.Find(files, path), name, out _));

        return (node, path, name);
    }

    private string Name()
    {
        string[] alphabets = ["abcxyz012", "ABCXYZ012", "aBcXyZ#-~", "a+b=c,d;[e] x", "äöüß€λЖ漢字", "a\U0001F600bc"];
        int kind = _random.Next(alphabets.Length);
        Rune[] alphabet = [.. alphabets[kind].EnumerateRunes()];
        int longest = _random.Next(6) == 0 ? 60 : _random.Next(4) == 0 ? 26 : 8;
        StringBuilder name = new(_random.Next(8) == 0 ? "." : "");
        for (int i = _random.Next(1, longest + 1); i > 0; i--)
        {
            name.Append(alphabet[_random.Next(alphabet.Length)]);
        }

        if (_random.Next(2) == 0)
        {
            name.Append('.').Append(_random.Next(3) switch { 0 => "TXT", 1 => "cfg", _ => "conf" });
        }

        return name.ToString().Trim(' ');
    }

    private (FatTreeNode Node, string Path)? Pick(bool? directory)
    {
        (FatTreeNode Node, string Path)[] candidates = [.. Model.Everything().Where(item => directory is null || item.Node.IsDirectory == directory)];
        return candidates.Length == 0 ? null : candidates[_random.Next(candidates.Length)];
    }

    private byte[] Bytes()
    {
        int kind = _random.Next(10);
        byte[] bytes = new byte[kind == 0 ? 0 : kind < 5 ? _random.Next(1, 100) : _random.Next(1, Math.Max(2, largestFile))];
        _random.NextBytes(bytes);
        return bytes;
    }
}
