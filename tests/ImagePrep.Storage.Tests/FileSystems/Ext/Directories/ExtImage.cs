using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>
/// An ext image made and questioned by e2fsprogs. Reads its own few superblock fields, so that tests of directory code do not depend on the
/// file system code above it.
/// </summary>
internal sealed class ExtImage(string path)
{
    private const int Superblock = 1024;

    public string Path { get; } = path;

    public int BlockSize => 1024 << (int)Read32(0x18);

    public bool HasChecksums => (Read32(0x64) & 0x400) != 0;

    /// <summary>Makes an image; a directory's content is copied into its root when given.</summary>
    public static ExtImage Make(string path, string size, string? content, params string[] options)
    {
        IEnumerable<string> source = content is null ? [] : ["-d", content];
        OutsideTool.Run("mke2fs", ["-q", "-F", .. options, .. source, path, size]).EnsureSuccess("mke2fs");
        return new ExtImage(path);
    }

    /// <summary>Has e2fsck rebuild every directory, which makes htrees out of those with several blocks.</summary>
    public void Optimize() => OutsideTool.Run("e2fsck", "-fyD", Path).ExitCode.ShouldBeLessThan(2);

    public string Debugfs(string command) => OutsideTool.Run("debugfs", "-R", command, Path).EnsureSuccess(command).Output;

    /// <summary>The blocks of a directory, by its path.</summary>
    public ExtImageDirectory Directory(string directory)
    {
        string stat = Debugfs($"stat {directory}");
        uint inode = uint.Parse(Field(stat, @"Inode: (\d+)"));
        uint generation = uint.Parse(Field(stat, @"Generation: (\d+)"));
        uint flags = uint.Parse(Field(stat, @"Flags: 0x([0-9a-f]+)"), NumberStyles.HexNumber);
        long size = long.Parse(Field(stat, @"Size: (\d+)"));
        long[] places = [.. Map(inode, (int)(size / BlockSize))];
        return new ExtImageDirectory(this, Rules(inode, generation), places, (flags & 0x1000) != 0);
    }

    /// <summary>Gives a directory exactly these blocks in place of its own, appending empty ones first.</summary>
    public void Replace(string directory, MemoryDirectory content)
    {
        ExtImageDirectory old = Directory(directory);
        string script = Path + ".expand";
        File.WriteAllLines(script, Enumerable.Repeat($"expand_dir {directory}", (int)content.Count - (int)old.Count));
        OutsideTool.Run("debugfs", "-w", "-f", script, Path).EnsureSuccess("debugfs expand_dir");
        if (content.IsIndexed)
        {
            string flags = Field(Debugfs($"stat {directory}"), @"Flags: 0x([0-9a-f]+)");
            uint indexed = uint.Parse(flags, NumberStyles.HexNumber) | 0x1000;
            OutsideTool.Run("debugfs", "-w", "-R", $"set_inode_field {directory} flags 0x{indexed:x}", Path).EnsureSuccess("debugfs");
        }

        ExtImageDirectory grown = Directory(directory);
        grown.Count.ShouldBe(content.Count);
        for (uint block = 0; block < content.Count; block++)
        {
            grown.Write(block, content.Read(block));
        }

        grown.Store();
    }

    /// <summary>What debugfs lists: name to (inode, type), "." and ".." included. Only for names of printable characters.</summary>
    public Dictionary<string, (uint Inode, byte Type)> Ls(string directory)
    {
        Dictionary<string, (uint, byte)> names = [];
        foreach (string line in Debugfs($"ls -l {directory}").Split('\n'))
        {
            Match match = Regex.Match(line, @"^\s*(\d+)\s+(\d+) \((\d+)\)\s+\d+\s+\d+\s+\d+\s+\S+ \S+ (.*)$");
            if (match.Success && match.Groups[1].Value != "0")
            {
                names.Add(match.Groups[4].Value, (uint.Parse(match.Groups[1].Value), byte.Parse(match.Groups[3].Value)));
            }
        }

        return names;
    }

    private IEnumerable<long> Map(uint inode, int count)
    {
        string script = Path + ".bmap";
        File.WriteAllLines(script, Enumerable.Range(0, count).Select(block => $"bmap <{inode}> {block}"));
        string output = OutsideTool.Run("debugfs", "-f", script, Path).EnsureSuccess("debugfs bmap").Output;
        return output.Split('\n').Where(line => line.Length > 0 && char.IsAsciiDigit(line[0])).Select(line => long.Parse(line.Split(' ')[0]));
    }

    private DirectoryRules Rules(uint inode, uint generation)
    {
        uint flags = Read32(0x160);
        uint incompat = Read32(0x60);
        byte[] superblock = ReadAt(Superblock, 1024);
        uint seed = (incompat & 0x2000) != 0 ? Read32(0x270) : Crc32C.Compute(~0u, superblock.AsSpan(0x68, 16));
        return new DirectoryRules(
            BlockSize,
            inode,
            HasFileType: (incompat & 0x2) != 0,
            HasChecksums,
            HasChecksums ? Crc32C.Compute(Crc32C.Compute(seed, inode), generation) : 0,
            superblock[0xEC..0xFC],
            superblock[0xFC],
            HashUnsigned: (flags & 2) != 0,
            MayIndex: (Read32(0x5C) & 0x20) != 0,
            HasLargeDir: (incompat & 0x4000) != 0);
    }

    internal byte[] ReadAt(long offset, int count)
    {
        using FileStream file = File.OpenRead(Path);
        byte[] bytes = new byte[count];
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }

    internal void WriteAt(long offset, byte[] bytes)
    {
        using FileStream file = File.OpenWrite(Path);
        file.Position = offset;
        file.Write(bytes);
    }

    private uint Read32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(ReadAt(Superblock + field, 4));

    private static string Field(string text, string pattern) => Regex.Match(text, pattern).Groups[1].Value;
}

/// <summary>One directory of an image: read once, edited in memory, stored back at the same places.</summary>
internal sealed class ExtImageDirectory : IDirectoryBlocks
{
    private readonly ExtImage _image;
    private readonly long[] _places;
    private readonly MemoryDirectory _memory;

    public ExtImageDirectory(ExtImage image, DirectoryRules rules, long[] places, bool isIndexed)
    {
        _image = image;
        _places = places;
        _memory = new MemoryDirectory(rules) { IsIndexed = isIndexed, };
        foreach (long place in places)
        {
            _memory.Append(image.ReadAt(place * rules.BlockSize, rules.BlockSize));
        }

        _memory.Free = 0;
    }

    public DirectoryRules Rules => _memory.Rules;

    public uint Count => _memory.Count;

    public bool IsIndexed { get => _memory.IsIndexed; set => _memory.IsIndexed = value; }

    public byte[] Read(uint block) => _memory.Read(block);

    public void Write(uint block, ReadOnlySpan<byte> content) => _memory.Write(block, content);

    public uint Append(ReadOnlySpan<byte> content) => _memory.Append(content);

    public MemoryDirectory Copy() => _memory.Copy();

    public void Store()
    {
        for (int i = 0; i < _places.Length; i++)
        {
            _image.WriteAt(_places[i] * Rules.BlockSize, _memory.Blocks[i]);
        }
    }
}
