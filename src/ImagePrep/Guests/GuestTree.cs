using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>
/// The guest's files as the guest sees them: paths across mounts, links resolved inside the guest and never by the host.
/// </summary>
public class GuestTree
{
    /// <summary>As many links as Linux follows in one path (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    /// <summary>Configuration, keys and package lists are small; a file a step reads whole is refused above this.</summary>
    private const int MaxWholeFile = 32 << 20;

    private readonly Dictionary<GuestPath, Mount> _mounts;

    public GuestTree(IReadOnlyList<Mount> mounts)
    {
        ArgumentNullException.ThrowIfNull(mounts);
        Mounts = mounts;
        _mounts = mounts.ToDictionary(mount => mount.Point);
        if (!_mounts.ContainsKey(GuestPath.Root))
        {
            throw new ArgumentException("A guest has a root file system.", nameof(mounts));
        }
    }

    public IReadOnlyList<Mount> Mounts { get; }

    /// <summary>Finds a path. <paramref name="followLast"/>: whether a link at the end is followed.</summary>
    public bool TryFind(GuestPath path, [NotNullWhen(true)] out GuestNode? node, bool followLast = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        Walk walk = new(this);
        if (walk.TryRun(path.Names.Select(name => name.Bytes.ToArray()), followLast, out node))
        {
            return true;
        }

        return walk.Loop is null ? false : throw CorruptImageException.Loop(walk.Loop.ToString(), "the chain of symbolic links", MaxLinks);
    }

    public bool TryFind(string path, [NotNullWhen(true)] out GuestNode? node, bool followLast = true) =>
        TryFind(GuestPath.Parse(path), out node, followLast);

    /// <summary>
    /// Finds a path as Linux does (path_resolution(7)): ".." leaves the folder that was reached, which a link may have put elsewhere, and a '/' at the end
    /// asks for a folder.
    /// </summary>
    /// <param name="path">As typed.</param>
    /// <param name="followLast">Whether a link at the end is followed.</param>
    /// <param name="obstacle">Why there is no such path; empty when there is.</param>
    public GuestNode? Resolve(string path, bool followLast, out string obstacle)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/') || Encoding.UTF8.GetByteCount(path) > GuestPath.MaxLength)
        {
            obstacle = $"a path begins with '/' and has at most {GuestPath.MaxLength} bytes";
            return null;
        }

        bool wantsFolder = path.EndsWith('/');
        Walk walk = new(this);
        if (!walk.TryRun(path.Split('/').Select(Encoding.UTF8.GetBytes), followLast || wantsFolder, out GuestNode? node))
        {
            obstacle = walk.Obstacle;
            return null;
        }

        obstacle = wantsFolder && node.Info.Kind != NodeKind.Directory ? $"{node.Path} is no folder" : "";
        return obstacle.Length == 0 ? node : null;
    }

    public bool Exists(string path) => TryFind(path, out _);

    /// <exception cref="FileNotFoundException">There is no such path in the guest.</exception>
    public GuestNode Find(GuestPath path, bool followLast = true) =>
        TryFind(path, out GuestNode? node, followLast) ? node : throw new FileNotFoundException($"The guest has no {path}.");

    /// <summary>Whole content of a file that is small by nature.</summary>
    /// <exception cref="UnsupportedImageException">Larger than any such file would be.</exception>
    public static byte[] ReadAll(GuestNode file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Info.Kind != NodeKind.File)
        {
            throw new IOException($"{file.Path} is not a regular file in the guest.");
        }

        if (file.Info.Size > MaxWholeFile)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, file.Path.ToString(), $"the file has {file.Info.Size} bytes; at most {MaxWholeFile} are read at once.");
        }

        byte[] content = new byte[file.Info.Size];
        int read = file.Mount.FileSystem.Read(file.Node, 0, content);
        return content[..read];
    }

    /// <summary>Text of a file, or null when there is none. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string? ReadText(string path) =>
        TryFind(path, out GuestNode? node) && node.Info.Kind == NodeKind.File ? Encoding.UTF8.GetString(ReadAll(node)) : null;

    /// <summary>Entries of a directory in byte order of their names; empty when there is no such directory.</summary>
    public IReadOnlyList<DirectoryEntry> List(GuestPath path) =>
        TryFind(path, out GuestNode? node) && node.Info.Kind == NodeKind.Directory
            ? [.. node.Mount.FileSystem.List(node.Node).OrderBy(entry => entry.Name)]
            : [];

    /// <summary>What a folder holds, in byte order of the names, other mounts included. One step down, however deep the folder is.</summary>
    public IEnumerable<GuestNode> Children(GuestNode folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        foreach (DirectoryEntry entry in folder.Mount.FileSystem.List(folder.Node).OrderBy(entry => entry.Name).ToArray())
        {
            GuestPath path = folder.Path / entry.Name;
            yield return _mounts.TryGetValue(path, out Mount? mount)
                ? new GuestNode(mount, mount.FileSystem.Root, path)
                : new GuestNode(folder.Mount, entry.Node, path);
        }
    }

    /// <summary>
    /// All paths that match a pattern in which a part may hold '*' and '?'. Links on the way are followed, a link at the end is named itself.
    /// </summary>
    public IEnumerable<GuestNode> Glob(string pattern) => Glob(GuestPath.Root, pattern);

    /// <summary>The same below a folder, whose own path is taken as it is.</summary>
    public IEnumerable<GuestNode> Glob(GuestPath folder, string pattern)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(pattern);
        IEnumerable<GuestPath> found = [folder];
        foreach (string part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = part.AsSpan().IndexOfAny('*', '?') < 0
                ? found.Select(directory => directory / new FileName(part))
                : found.SelectMany(directory => List(directory)
                    .Where(entry => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(part, entry.Name.ToString(), ignoreCase: false))
                    .Select(entry => directory / entry.Name));
        }

        foreach (GuestPath path in found.ToArray())
        {
            if (TryFind(path, out GuestNode? node, followLast: false))
            {
                yield return node;
            }
        }
    }

    /// <summary>Where a file's content lies on the whole disk, in bytes and file order.</summary>
    public static IReadOnlyList<ByteRange> DiskRanges(GuestNode file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return [.. file.Mount.FileSystem.ContentRanges(file.Node)
            .Select(range => new ByteRange(file.Mount.Window.Start + range.Start, range.Length))];
    }

    /// <summary>One path resolution: the directories entered so far, and the parts still to come.</summary>
    private sealed class Walk(GuestTree tree)
    {
        private readonly Stack<GuestNode> _entered = new([Enter(tree, GuestPath.Root)]);
        private readonly Stack<byte[]> _pending = new();
        private int _links;

        /// <summary>What stopped the walk.</summary>
        public string Obstacle { get; private set; } = "";

        /// <summary>The link at which there were too many; null when that is not what stopped the walk.</summary>
        public GuestPath? Loop { get; private set; }

        public bool TryRun(IEnumerable<byte[]> path, bool followLast, [NotNullWhen(true)] out GuestNode? node)
        {
            node = null;
            Push(path);
            while (_pending.TryPop(out byte[]? part))
            {
                GuestNode directory = _entered.Peek();
                if (directory.Info.Kind != NodeKind.Directory)
                {
                    Obstacle = $"{directory.Path} is no folder";
                    return false;
                }

                if (part is [(byte)'.', (byte)'.'])
                {
                    if (_entered.Count > 1)
                    {
                        _entered.Pop();
                    }

                    continue;
                }

                if (!FileName.IsValid(part) || !directory.Mount.FileSystem.TryLookup(directory.Node, new FileName(part), out NodeId found))
                {
                    Obstacle = $"{directory.Path} has no '{PrintableText.From(part)}'";
                    return false;
                }

                GuestPath reached = directory.Path / new FileName(part);
                GuestNode entry = tree._mounts.ContainsKey(reached) ? Enter(tree, reached) : new GuestNode(directory.Mount, found, reached);
                if (entry.Info.Kind == NodeKind.SymbolicLink && (_pending.Count > 0 || followLast))
                {
                    if (++_links > MaxLinks)
                    {
                        Loop = entry.Path;
                        Obstacle = $"{entry.Path} is one of more than {MaxLinks} links that lead to each other";
                        return false;
                    }

                    FollowLink(entry);
                }
                else
                {
                    _entered.Push(entry);
                }
            }

            node = _entered.Peek();
            return true;
        }

        private static GuestNode Enter(GuestTree tree, GuestPath point)
        {
            Mount mount = tree._mounts[point];
            return new GuestNode(mount, mount.FileSystem.Root, point);
        }

        private void FollowLink(GuestNode link)
        {
            byte[] target = link.Mount.FileSystem.ReadLink(link.Node);
            if (target is [(byte)'/', ..])
            {
                while (_entered.Count > 1)
                {
                    _entered.Pop();
                }
            }

            Push(Split(target));
        }

        private void Push(IEnumerable<byte[]> parts)
        {
            foreach (byte[] part in parts.Reverse())
            {
                if (part is not ([] or [(byte)'.']))
                {
                    _pending.Push(part);
                }
            }
        }

        private static List<byte[]> Split(byte[] target)
        {
            List<byte[]> parts = [];
            foreach (Range part in target.AsSpan().Split((byte)'/'))
            {
                parts.Add(target[part]);
            }

            return parts;
        }
    }
}
