using System.Text;
using ImagePrep.Guests;
using ImagePrep.Initramfs;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Initramfs;

/// <summary>A guest in memory with files in /boot.</summary>
internal sealed class InitramfsGuest
{
    public const string Path = "/boot/initrd.img-6.1.0";

    public InitramfsGuest(byte[]? initramfs = null)
    {
        Files = new GuestEditor([new Mount(GuestPath.Root, 1, new ByteRange(1 << 20, 1L << 30), FileSystem, FileSystem)]);
        if (initramfs is not null)
        {
            Put(Path, initramfs);
        }
    }

    public MemoryFileSystem FileSystem { get; } = new();

    public GuestEditor Files { get; }

    public void Put(string path, byte[] content) => Files.PutFile(GuestPath.Parse(path), content, 0b110_000_000);

    public byte[] Read(string path = Path)
    {
        GuestNode node = Files.Find(GuestPath.Parse(path));
        byte[] content = new byte[node.Info.Size];
        node.Mount.FileSystem.Read(node.Node, 0, content).ShouldBe(content.Length);
        return content;
    }

    public IReadOnlyList<InitramfsArchive> Find() => InitramfsScan.Find(Files, InitramfsCatalog.All);

    /// <summary>What was found in the only initramfs: "entry name size".</summary>
    public IReadOnlyList<string> Matches() =>
        [.. Find().ShouldHaveSingleItem().Matches.Select(match => $"{match.Entry.Id} {match.Name} {match.Size}")];

    public InitramfsOutcome Clean(params string[] keep) =>
        InitramfsCleaning.Apply(Files, InitramfsCatalog.All, keep, InitramfsSources.In(Files));

    /// <summary>Names of the members of all segments, with what expands is expanded.</summary>
    public static IReadOnlyList<string> Names(byte[] initramfs)
    {
        List<string> names = [];
        using MemoryStream source = new(initramfs);
        new InitramfsReader(source, ExpansionBudget.ForGuest()).Read(reader => names.Add(Encoding.Latin1.GetString(reader.Name)));
        return names;
    }

    /// <summary>All segments one behind another, with what is compressed expanded.</summary>
    public static byte[] Expand(byte[] initramfs)
    {
        using MemoryStream source = new(initramfs);
        InitramfsReader reader = new(source, ExpansionBudget.ForGuest());
        reader.Read(_ => { });
        using MemoryStream expanded = new();
        foreach (InitramfsSegment segment in reader.Segments)
        {
            source.Position = segment.Place.Start;
            if (segment.IsStored)
            {
                expanded.Write(initramfs.AsSpan((int)segment.Place.Start, (int)segment.Place.Length));
            }
            else
            {
                using Stream content = InitramfsSegment.Expand(source, segment.Format);
                content.CopyTo(expanded);
            }
        }

        return expanded.ToArray();
    }
}
