using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>struct dx_root_info: what an htree says about itself, behind "." and ".." in block 0.</summary>
/// <param name="HashVersion">hash_version as stored; whether it is known is asked when names are hashed.</param>
/// <param name="Levels">indirect_levels: index levels below the root.</param>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/directory.html#hash-tree-directories"/>
internal readonly record struct IndexRootInfo(byte HashVersion, byte Levels)
{
    public const int Size = 8;

    /// <summary>Index levels below the root that every reader of htrees knows.</summary>
    private const int MaxLevels = 1;

    /// <summary>The same with INCOMPAT_LARGEDIR.</summary>
    private const int MaxLevelsLargeDir = 2;

    private const byte UnknownFlags = 1;

    public static int LevelLimit(DirectoryRules rules) => rules.HasLargeDir ? MaxLevelsLargeDir : MaxLevels;

    public static IndexRootInfo Parse(ReadOnlySpan<byte> bytes, DirectoryRules rules)
    {
        string structure = $"{new BlockPlace(rules.Self, 0)}, dx_root_info";
        uint reserved = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Offsets.ReservedZero..]);
        if (reserved != 0 || bytes[Offsets.InfoLength] != Size)
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic,
                structure,
                $"reserved_zero is {reserved} and info_length is {bytes[Offsets.InfoLength]}, expected 0 and {Size}. e2fsck -fD rebuilds the index.");
        }

        if ((bytes[Offsets.UnusedFlags] & UnknownFlags) != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature, structure, $"unused_flags is 0x{bytes[Offsets.UnusedFlags]:x2}; no meaning of bit 0 is known.");
        }

        byte levels = bytes[Offsets.IndirectLevels];
        if (levels > LevelLimit(rules))
        {
            throw CorruptImageException.OutOfRange(structure, "indirect_levels", levels, $"at most {LevelLimit(rules)}");
        }

        return new IndexRootInfo(bytes[Offsets.HashVersion], levels);
    }

    /// <summary>Patches the two fields that change; unused_flags stays as it is.</summary>
    public void WriteTo(Span<byte> bytes)
    {
        bytes[Offsets.HashVersion] = HashVersion;
        bytes[Offsets.InfoLength] = Size;
        bytes[Offsets.IndirectLevels] = Levels;
    }

    public static class Offsets
    {
        public const int ReservedZero = 0;
        public const int HashVersion = 4;
        public const int InfoLength = 5;
        public const int IndirectLevels = 6;
        public const int UnusedFlags = 7;
    }
}
