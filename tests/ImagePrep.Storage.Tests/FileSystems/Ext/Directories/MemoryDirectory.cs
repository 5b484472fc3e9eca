using ImagePrep.Storage.FileSystems.Ext.Directories;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>A directory whose blocks are arrays: no inode, no allocation.</summary>
internal sealed class MemoryDirectory(DirectoryRules rules) : IDirectoryBlocks
{
    private readonly List<byte[]> _blocks = [];

    public DirectoryRules Rules { get; } = rules;

    public uint Count => (uint)_blocks.Count;

    public bool IsIndexed { get; set; }

    /// <summary>Blocks that may still be appended before the "file system" is full.</summary>
    public int Free { get; set; } = int.MaxValue;

    public IReadOnlyList<byte[]> Blocks => _blocks;

    public static MemoryDirectory Create(DirectoryRules rules, uint parent = 2)
    {
        MemoryDirectory directory = new(rules);
        directory.Append(DirectoryFile.FirstBlock(rules, parent));
        return directory;
    }

    /// <summary>Rules for tests; everything that images have by default today.</summary>
    public static DirectoryRules DefaultRules(int blockSize = 4096, bool checksums = true) => new(
        BlockSize: blockSize,
        Self: 12,
        HasFileType: true,
        HasChecksums: checksums,
        ChecksumSeed: checksums ? 0x1234_5678u : 0,
        HashSeed: [.. Enumerable.Range(1, 16).Select(i => (byte)(i * 7))],
        DefaultHashVersion: 1,
        HashUnsigned: false,
        MayIndex: true,
        HasLargeDir: false);

    public byte[] Read(uint block) => [.. _blocks[(int)block]];

    public void Write(uint block, ReadOnlySpan<byte> content)
    {
        content.Length.ShouldBe(Rules.BlockSize);
        _blocks[(int)block] = content.ToArray();
    }

    public uint Append(ReadOnlySpan<byte> content)
    {
        content.Length.ShouldBe(Rules.BlockSize);
        if (Free == 0)
        {
            throw new IOException("full");
        }

        Free--;
        _blocks.Add(content.ToArray());
        return Count - 1;
    }

    public MemoryDirectory Copy()
    {
        MemoryDirectory copy = new(Rules) { IsIndexed = IsIndexed, Free = Free };
        copy._blocks.AddRange(_blocks.Select(block => (byte[])[.. block]));
        return copy;
    }
}
