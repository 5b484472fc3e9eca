using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.Checksums;

namespace ImagePrep.Fuzz.Targets;

/// <summary>
/// Edits whatever opens for editing. A file system that was sound before must be sound after: damage that nobody notices must not spread.
/// </summary>
internal sealed class ExtEditTarget() : FuzzTarget("ext-edit")
{
    private const int Edits = 12;

    public override bool MayChangeLength => false;

    public override void Execute(byte[] input)
    {
        OverlayDevice device = new(new MemoryDevice(input));
        IReadOnlyList<string> before = ExtCheck.Verify(device);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_001));
        // Other edits for each mutant, the same for the same one.
        Random random = new(unchecked((int)Crc32C.Compute(0, input)));
        for (int i = 0; i < Edits; i++)
        {
            Survives(() => Edit(files, random));
        }

        files.Flush();
        if (before.Count > 0)
        {
            // Counted as refused, so that what is accepted is what the promise was tested on.
            throw new CorruptImageException(CorruptKind.Inconsistent, "mutant", before[0]);
        }

        if (ExtCheck.Verify(device) is { Count: > 0 } problems)
        {
            throw new BrokenPromiseException($"sound before the edits, and after them: {problems[0]}");
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds() => ExtSeed.All(ExtFocus.All);

    private static void Edit(IFileSystem files, Random random)
    {
        NodeId directory = files.Root;
        if (random.Next(2) == 0 && files.TryLookup(files.Root, "folder", out NodeId folder))
        {
            directory = folder;
        }

        DirectoryEntry[] entries = [.. files.List(directory)];
        DirectoryEntry? any = entries.Length == 0 ? null : entries[random.Next(entries.Length)];
        byte[] content = new byte[random.Next(1, 6000)];
        content.AsSpan().Fill((byte)'e');
        string name = $"new-{random.Next(1000)}";
        switch (random.Next(10))
        {
            case 0:
                files.CreateFile(directory, name, new NodeAttributes(0x1A4), content);
                break;
            case 1:
                files.CreateDirectory(directory, name, new NodeAttributes(0x1ED));
                break;
            case 2:
                files.CreateSymbolicLink(directory, name, content.AsSpan(0, Math.Min(content.Length, 300)));
                break;
            case 3 when any is { } node:
                files.WriteContent(node.Node, content);
                break;
            case 4 when any is { } node:
                files.WriteAt(node.Node, random.Next(60_000), content);
                break;
            case 5 when any is { } node:
                files.SetLength(node.Node, random.Next(60_000));
                break;
            case 6 when any is { } node:
                files.Unlink(directory, node.Name);
                break;
            case 7 when any is { } node:
                files.RemoveDirectory(directory, node.Name);
                break;
            case 8 when any is { } node:
                files.SetAttribute(node.Node, random.Next(2) == 0 ? "user.small" : "user.other", content.AsSpan(0, Math.Min(content.Length, 400)));
                break;
            case 9 when any is { } node:
                files.SetOwner(node.Node, 5, 6);
                files.SetPermissions(node.Node, 0x180);
                files.RemoveAttribute(node.Node, "user.large");
                break;
            default:
                break;
        }
    }
}
