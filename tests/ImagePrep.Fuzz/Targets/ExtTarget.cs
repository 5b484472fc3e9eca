using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Opens an ext file system, reads all that can be reached, and checks it as a whole.</summary>
internal sealed class ExtTarget(string name, ExtFocus focus) : FuzzTarget(name)
{
    private readonly byte[] _buffer = new byte[16384];

    public override bool MayChangeLength => false;

    public override void Execute(Memory<byte> input)
    {
        MemoryDevice device = new(input);
        IReadOnlyList<string> problems = ExtCheck.Verify(device);
        ReadEverything(ExtFileSystem.OpenForReading(device));
        if (problems.Count > 0)
        {
            throw new CorruptImageException(CorruptKind.Inconsistent, "mutant", problems[0]);
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds() => ExtSeed.All(focus);

    private void ReadEverything(IFileSystemReader files)
    {
        Survives(() => _ = files.Summary);
        Survives(() => files.UnusedRanges());
        HashSet<NodeId> seen = [files.Root];
        Queue<NodeId> queue = new(seen);
        while (queue.TryDequeue(out NodeId directory))
        {
            List<DirectoryEntry> entries = [];
            Survives(() => entries.AddRange(files.List(directory)));
            Survives(() => files.TryLookup(directory, "pieces", out _));
            foreach (DirectoryEntry entry in entries)
            {
                Survives(() => files.GetAttributes(entry.Node));
                NodeKind? kind = null;
                long size = 0;
                Survives(() =>
                {
                    NodeInfo info = files.Stat(entry.Node);
                    (kind, size) = (info.Kind, info.Size);
                });
                switch (kind)
                {
                    case NodeKind.File:
                        Survives(() => files.Read(entry.Node, 0, _buffer));
                        Survives(() => files.Read(entry.Node, Math.Max(0, size - 10), _buffer));
                        Survives(() => files.ContentRanges(entry.Node));
                        break;
                    case NodeKind.SymbolicLink:
                        Survives(() => files.ReadLink(entry.Node));
                        break;
                    case NodeKind.Directory when seen.Add(entry.Node):
                        queue.Enqueue(entry.Node);
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
