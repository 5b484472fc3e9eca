using System.Security.Cryptography;
using System.Text;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>A whole tree as text, one line a node: from our reader, and from the host through python, so that the two can be compared.</summary>
internal static class TreeListing
{
    private const string HostScript = """
        import hashlib, os, stat, sys
        def quote(name):
            return ''.join(chr(b) if 33 <= b < 127 else '\\x%02x' % b for b in name)
        def show(path, name):
            s = os.lstat(path)
            kind = {stat.S_IFREG: 'File', stat.S_IFDIR: 'Directory', stat.S_IFLNK: 'SymbolicLink', stat.S_IFIFO: 'Fifo',
                    stat.S_IFSOCK: 'Socket', stat.S_IFCHR: 'CharacterDevice', stat.S_IFBLK: 'BlockDevice'}[stat.S_IFMT(s.st_mode)]
            content = ''
            if kind == 'File':
                content = hashlib.sha256(open(path, 'rb').read()).hexdigest().upper()
            elif kind == 'SymbolicLink':
                content = os.readlink(path).hex().upper()
            size = '-' if kind == 'Directory' else s.st_size
            attributes = sorted((a, os.getxattr(path, a, follow_symlinks=False).hex().upper()) for a in os.listxattr(path, follow_symlinks=False))
            print(quote(name), kind, '%04o' % stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid, s.st_nlink, size, s.st_mtime_ns, content,
                  *['%s=%s' % a for a in attributes])
            if kind == 'Directory':
                for child in sorted(os.listdir(path)):
                    if name + b'/' + child != b'/lost+found':
                        show(os.path.join(path, child), name + b'/' + child)
        for child in sorted(os.listdir(os.fsencode(sys.argv[1]))):
            if child != b'lost+found':
                show(os.path.join(os.fsencode(sys.argv[1]), child), b'/' + child)
        """;

    /// <summary>The tree below a folder of the host: owner, mode, links, size, times, content and attributes as the kernel shows them.</summary>
    public static string OfFolder(string folder) =>
        OutsideTool.Run("python3", ["-c", HostScript, folder], seconds: 300).EnsureSuccess("python3").Output.TrimEnd('\n');

    public static string Of(IFileSystemReader files)
    {
        List<string> lines = [];
        foreach (DirectoryEntry entry in Sorted(files, files.Root).Where(e => e.Name != "lost+found"))
        {
            Add(files, entry, "", lines);
        }

        return string.Join('\n', lines);
    }

    private static IEnumerable<DirectoryEntry> Sorted(IFileSystemReader files, NodeId directory) => files.List(directory).OrderBy(e => e.Name);

    private static void Add(IFileSystemReader files, DirectoryEntry entry, string parent, List<string> lines)
    {
        NodeInfo info = files.Stat(entry.Node);
        info.Kind.ShouldBe(entry.Kind, parent);
        string path = $"{parent}/{Quote(entry.Name.Bytes)}";
        string size = info.Kind == NodeKind.Directory ? "-" : $"{info.Size}";
        if (info.Kind is NodeKind.BlockDevice or NodeKind.CharacterDevice)
        {
            size = "0";
        }

        long time = (info.Modified.Seconds * 1_000_000_000) + info.Modified.Nanoseconds;
        string content = info.Kind switch
        {
            NodeKind.File => Convert.ToHexString(SHA256.HashData(ReadAll(files, entry.Node, info.Size))),
            NodeKind.SymbolicLink => Convert.ToHexString(files.ReadLink(entry.Node)),
            _ => "",
        };
        string[] attributes = [.. files.GetAttributes(entry.Node).OrderBy(a => a.Name, StringComparer.Ordinal)
            .Select(a => $"{a.Name}={Convert.ToHexString(a.Value)}")];
        string mode = Convert.ToString(info.Permissions, 8).PadLeft(4, '0');
        lines.Add(string.Join(' ', [path, $"{info.Kind}", mode, $"{info.UserId}", $"{info.GroupId}", $"{info.LinkCount}", size, $"{time}", content, .. attributes]));
        if (info.Kind == NodeKind.Directory)
        {
            foreach (DirectoryEntry child in Sorted(files, entry.Node))
            {
                Add(files, child, path, lines);
            }
        }
    }

    // In odd pieces, so that reads start and end inside blocks.
    private static byte[] ReadAll(IFileSystemReader files, NodeId file, long size)
    {
        byte[] content = new byte[size];
        for (int done = 0; done < content.Length;)
        {
            int count = files.Read(file, done, content.AsSpan(done, Math.Min(77_777, content.Length - done)));
            count.ShouldBeGreaterThan(0);
            done += count;
        }

        return content;
    }

    private static string Quote(ReadOnlySpan<byte> name)
    {
        StringBuilder text = new();
        foreach (byte value in name)
        {
            text.Append(value is >= 33 and < 127 ? ((char)value).ToString() : $"\\x{value:x2}");
        }

        return text.ToString();
    }
}
