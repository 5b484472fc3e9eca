using System.Buffers.Binary;
using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Mapping;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Which structures of an ext file system are changed.</summary>
[Flags]
public enum ExtFocus
{
    None = 0,

    /// <summary>Superblock and group descriptors.</summary>
    Superblock = 1,

    /// <summary>Inodes, attributes inside them included.</summary>
    Inodes = 2,

    /// <summary>Blocks of directories, linear and indexed.</summary>
    Directories = 4,

    /// <summary>Extent nodes and indirect blocks, and the inodes that hold their roots.</summary>
    Mapping = 8,

    /// <summary>Blocks of extended attributes, and the inodes that hold others.</summary>
    Attributes = 16,

    All = Superblock | Inodes | Directories | Mapping | Attributes,
}

/// <summary>A small file system made by mke2fs and filled by our writer, with the place and the checksum of every structure.</summary>
internal sealed class ExtSeed
{
    private readonly Volume _volume;
    private readonly byte[] _image;
    private readonly ExtFocus _focus;
    private readonly List<HotRange> _hot = [];

    private ExtSeed(byte[] image, ExtFocus focus)
    {
        _image = image;
        _focus = focus;
        _volume = Volume.Open(new MemoryDevice(image));
    }

    /// <summary>With and without checksums, with extents and with indirect blocks, with content and values of attributes in inodes.</summary>
    public static IReadOnlyList<Seed> All(ExtFocus focus) =>
    [
        Make(focus, "256K", "-t", "ext4", "-b", "1024", "-I", "256", "-N", "48", "-O", "^metadata_csum,^has_journal,^resize_inode"),
        Make(focus, "256K", "-t", "ext4", "-b", "1024", "-I", "256", "-N", "48", "-O", "metadata_csum,64bit,^has_journal,^resize_inode"),
        Make(focus, "256K", "-t", "ext2", "-b", "1024", "-I", "128", "-N", "48", "-O", "^resize_inode"),
        Make(focus, "256K", "-t", "ext4", "-b", "1024", "-I", "256", "-N", "48", "-O", "metadata_csum,inline_data,ea_inode,^has_journal,^resize_inode"),
    ];

    private static Seed Make(ExtFocus focus, string size, params string[] options)
    {
        OutsideTool.Require("mke2fs");
        using ScratchFolder scratch = new();
        string path = scratch.File("seed.img");
        string[] always = ["-q", "-F", "-U", "6f1e6a10-3b3b-4c1e-9b59-0d6f3a5a7c11", "-E", "hash_seed=2b1d6a10-3b3b-4c1e-9b59-0d6f3a5a7c11"];
        OutsideTool.Run("mke2fs", [.. always, .. options, "-d", MakeFolder(scratch), path, size]).EnsureSuccess("mke2fs");
        if (options[^1].Contains("ea_inode", StringComparison.Ordinal))
        {
            OutsideTool.Run("debugfs", "-w", "-R", $"ea_set -f {scratch.File("value")} valued user.external", path).EnsureSuccess("debugfs");
        }

        byte[] image = File.ReadAllBytes(path);
        Fill(ExtFileSystem.OpenForEditing(new MemoryDevice(image), new UnixTime(1_700_000_000)));
        IReadOnlyList<string> problems = ExtCheck.Verify(new MemoryDevice(image));
        return problems.Count == 0
            ? new ExtSeed(image, focus).ToSeed()
            : throw new InvalidOperationException($"The seed is not sound: {string.Join("; ", problems)}");
    }

    /// <summary>What mke2fs puts into inodes where the file system has inline_data: our writer never does. "value" becomes an attribute.</summary>
    private static string MakeFolder(ScratchFolder scratch)
    {
        string folder = scratch.File("content");
        Directory.CreateDirectory(Path.Combine(folder, "inline"));
        File.WriteAllText(Path.Combine(folder, "inline", "file"), new string('i', 70));
        File.WriteAllText(Path.Combine(folder, "valued"), "valued");
        File.CreateSymbolicLink(Path.Combine(folder, "inline", "link"), new string('l', 80));
        File.WriteAllBytes(scratch.File("value"), new byte[1000]);
        return folder;
    }

    /// <summary>An indexed directory, a file in pieces, links of both kinds, attributes inside and outside inodes.</summary>
    private static void Fill(IFileSystem files)
    {
        NodeId folder = files.CreateDirectory(files.Root, "folder", new NodeAttributes(0x1ED));
        for (int i = 0; i < 12; i++)
        {
            // Four names fill a block, so that few files make an index of several leaves.
            files.CreateFile(folder, $"{i:D2}".PadRight(200, 'n'), new NodeAttributes(0x1A4), []);
        }

        NodeId pieces = files.CreateFile(files.Root, "pieces", new NodeAttributes(0x1A4), "start"u8);
        for (int i = 1; i < 16; i++)
        {
            files.WriteAt(pieces, i * 3072, "piece"u8);
        }

        files.SetAttribute(pieces, "user.small", "value"u8);
        files.SetAttribute(pieces, "user.large", new byte[300]);
        files.SetAttribute(folder, "security.selinux", "system_u:object_r:etc_t:s0\0"u8);
        files.CreateSymbolicLink(files.Root, "short", "folder"u8);
        files.CreateSymbolicLink(files.Root, "long", Encoding.ASCII.GetBytes(new string('x', 200)));
        files.CreateDirectory(folder, "empty", new NodeAttributes(0x1ED));

        // debugfs does not count the blocks of the value; a writer of the file does.
        files.TryLookup(files.Root, "valued", out NodeId valued);
        files.WriteContent(valued, "written"u8);
        files.Flush();
    }

    private Seed ToSeed()
    {
        if (_focus.HasFlag(ExtFocus.Superblock))
        {
            AddSuperblock();
        }

        for (uint number = 1; number <= _volume.Superblock.InodeCount; number++)
        {
            bool wasEverUsed = (number - 1) % _volume.Superblock.InodesPerGroup < _volume.Groups.InitialisedInodes(_volume.Groups.GroupOfInode(number));
            if (wasEverUsed && (number == 2 || number >= _volume.Superblock.FirstInode) && _volume.ReadInode(number) is { Links: > 0 } inode)
            {
                AddInode(inode);
            }
        }

        return new Seed(_image, _hot);
    }

    private void AddSuperblock()
    {
        Superblock superblock = _volume.Superblock;
        _hot.Add(new HotRange(1024, Superblock.Size, bytes =>
        {
            if (superblock.HasMetadataChecksums)
            {
                uint crc = Crc32C.Compute(~0u, bytes.AsSpan(1024, Superblock.Offsets.Checksum));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1024 + Superblock.Offsets.Checksum), crc);
            }
        }));
        int table = (int)(superblock.FirstDataBlock + 1) * superblock.BlockSize;
        for (uint group = 0; group < superblock.GroupCount; group++)
        {
            (int at, uint number) = (table + ((int)group * superblock.DescriptorSize), group);
            _hot.Add(new HotRange(at, superblock.DescriptorSize, bytes => SealDescriptor(bytes.AsSpan(at, superblock.DescriptorSize), number)));
        }
    }

    private void SealDescriptor(Span<byte> raw, uint group)
    {
        const int field = GroupDescriptor.Offsets.Checksum;
        if (_volume.HasChecksums)
        {
            raw.Slice(field, sizeof(ushort)).Clear();
            uint crc = Crc32C.Compute(Crc32C.Compute(_volume.ChecksumSeed, group), raw);
            BinaryPrimitives.WriteUInt16LittleEndian(raw[field..], (ushort)(crc & 0xFFFF));
        }
    }

    private void AddInode(Inode inode)
    {
        int size = _volume.Superblock.InodeSize;
        int location = (int)_volume.Groups.InodeLocation(inode.Number);
        FileMap map = InodeMap.Load(_volume, inode);
        bool wanted = _focus.HasFlag(ExtFocus.Inodes)
            || (_focus.HasFlag(ExtFocus.Mapping) && map.Runs.Count > 0)
            || (_focus.HasFlag(ExtFocus.Directories) && inode.IsDirectory && inode.Has(InodeFlags.InlineData))
            || (_focus.HasFlag(ExtFocus.Attributes) && (inode.AttributeBlock != 0 || size > Inode.OldSize));
        if (wanted)
        {
            _hot.Add(new HotRange(location, size, bytes =>
            {
                if (_volume.HasChecksums)
                {
                    Inode changed = new(inode.Number, bytes.AsSpan(location, size).ToArray());
                    changed.UpdateChecksum(_volume.ChecksumSeed);
                    changed.Raw.CopyTo(bytes, location);
                }
            }));
        }

        if (_focus.HasFlag(ExtFocus.Mapping))
        {
            foreach (long block in map.IndexBlocks)
            {
                AddBlock(block, content => SealExtents(content, inode));
            }
        }

        if (_focus.HasFlag(ExtFocus.Attributes) && inode.AttributeBlock != 0)
        {
            AddBlock(inode.AttributeBlock, content => SealAttributes(content, inode.AttributeBlock));
        }

        if (_focus.HasFlag(ExtFocus.Directories) && inode.IsDirectory)
        {
            DirectoryRules rules = DirectoryBlocks.MakeRules(_volume, inode);
            foreach (BlockRun run in map.Runs)
            {
                for (uint i = 0; i < run.Count; i++)
                {
                    bool isRoot = run.Logical + i == 0;
                    AddBlock(run.Physical + i, content => SealDirectory(content, rules, inode.Has(InodeFlags.Indexed), isRoot));
                }
            }
        }
    }

    private void AddBlock(long block, Action<byte[]> seal)
    {
        int size = _volume.BlockSize;
        int at = (int)block * size;
        _hot.Add(new HotRange(at, size, bytes =>
        {
            if (_volume.HasChecksums)
            {
                byte[] content = bytes.AsSpan(at, size).ToArray();
                seal(content);
                content.CopyTo(bytes, at);
            }
        }));
    }

    private void SealExtents(byte[] content, Inode inode)
    {
        int tail = ExtentHeader.Size + (ExtentHeader.Parse(content).Max * ExtentLeafEntry.Size);
        if (tail + sizeof(uint) <= content.Length)
        {
            uint crc = Crc32C.Compute(inode.ChecksumSeed(_volume.ChecksumSeed), content.AsSpan(0, tail));
            BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(tail), crc);
        }
    }

    private void SealAttributes(byte[] content, long block)
    {
        const int field = 0x10;
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, block);
        content.AsSpan(field, sizeof(uint)).Clear();
        uint crc = Crc32C.Compute(Crc32C.Compute(_volume.ChecksumSeed, number), content);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(field), crc);
    }

    private static void SealDirectory(byte[] content, DirectoryRules rules, bool indexed, bool isRoot)
    {
        const int rootTable = 0x20;
        const int nodeTable = 8;
        if (!indexed || !(isRoot || IndexNode.LooksLikeNode(content, rules)))
        {
            DirectoryTail.WriteTo(content, rules);
            return;
        }

        int table = isRoot ? rootTable : nodeTable;
        int limit = BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(table));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(table + 2));
        int tail = table + (limit * 8);
        if (count <= limit && tail + IndexTail.Size <= content.Length)
        {
            IndexTail.WriteTo(content, rules, table + (count * 8), tail);
        }
    }
}
