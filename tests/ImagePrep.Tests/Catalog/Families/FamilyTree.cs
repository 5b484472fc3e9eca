using System.Text;
using System.Text.RegularExpressions;
using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Catalog.Families;

/// <summary>
/// The root of a guest laid out as its packages do, from tests/Fixtures/guests/NAME.tree. Each line is a node: f MODE UID:GID PATH CONTENT, d MODE
/// UID:GID PATH, l PATH TARGET, or m PATH, behind which the lines are of another volume that is mounted there.
/// </summary>
internal sealed class FamilyTree
{
    public static readonly string Folder = Repository.File("tests", "Fixtures", "guests");

    private readonly List<(string Point, MemoryFileSystem FileSystem)> _volumes = [("", new MemoryFileSystem())];

    public FamilyTree(string name)
    {
        foreach (string line in File.ReadLines(Path.Combine(Folder, name + ".tree")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            Add(line);
        }
    }

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.tree").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public IReadOnlyList<Mount> Mounts =>
    [
        .. _volumes.Select((volume, index) =>
            new Mount(GuestPath.Parse(volume.Point + "/"), index + 1, new ByteRange(1 << 20, 1L << 30), volume.FileSystem, volume.FileSystem)),
    ];

    /// <summary>Lines of <see cref="MemoryFileSystem.Dump"/> of all volumes, with the paths of the guest.</summary>
    public IReadOnlyList<string> Dump() => [.. _volumes.SelectMany(volume => volume.FileSystem.Dump().Select(line => volume.Point + line))];

    private void Add(string line)
    {
        (string point, MemoryFileSystem fileSystem) = _volumes[^1];
        string[] words = line.Split(' ');
        switch (words[0])
        {
            case "f":
                fileSystem.AddBytes(Inside(words[3]), Content(line, words), Mode(words[1]), Owner(words[2])[0], Owner(words[2])[1]);
                break;
            case "d":
                NodeId folder = fileSystem.AddDirectory(Inside(words[3]));
                fileSystem.SetPermissions(folder, Mode(words[1]));
                fileSystem.SetOwner(folder, Owner(words[2])[0], Owner(words[2])[1]);
                break;
            case "l":
                fileSystem.AddLink(Inside(words[1]), words[2]);
                break;
            case "m":
                _volumes[0].FileSystem.AddDirectory(words[1]);
                _volumes.Add((words[1], new MemoryFileSystem()));
                break;
            default:
                throw new FormatException($"'{line}' is no node.");
        }

        string Inside(string path) => path[point.Length..];
    }

    /// <summary>All behind the path and one blank, blanks included.</summary>
    private static byte[] Content(string line, string[] words)
    {
        int start = words.Take(4).Sum(word => word.Length + 1);
        string text = start >= line.Length ? "" : line[start..];
        return Encoding.UTF8.GetBytes(Regex.Replace(text, @"\\(.)", escape => escape.Groups[1].Value switch
        {
            "n" => "\n",
            "t" => "\t",
            "0" => "\0",
            string other => other,
        }));
    }

    private static int Mode(string text) => Convert.ToInt32(text, 8);

    private static uint[] Owner(string text) => [.. text.Split(':').Select(uint.Parse)];
}
