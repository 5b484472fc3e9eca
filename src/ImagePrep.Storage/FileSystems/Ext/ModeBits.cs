using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>The parts of i_mode, and how they appear in directory entries and to callers.</summary>
internal static class ModeBits
{
    public const ushort TypeMask = 0xF000;
    public const ushort Fifo = 0x1000;
    public const ushort CharacterDevice = 0x2000;
    public const ushort Directory = 0x4000;
    public const ushort BlockDevice = 0x6000;
    public const ushort Regular = 0x8000;
    public const ushort SymbolicLink = 0xA000;
    public const ushort Socket = 0xC000;

    public const ushort SetGroupId = 0x400;
    public const ushort PermissionMask = 0xFFF;

    /// <exception cref="CorruptImageException">No such type, or the inode is not in use.</exception>
    public static NodeKind KindOf(Inode inode) => inode.Type switch
    {
        Regular => NodeKind.File,
        Directory => NodeKind.Directory,
        SymbolicLink => NodeKind.SymbolicLink,
        CharacterDevice => NodeKind.CharacterDevice,
        BlockDevice => NodeKind.BlockDevice,
        Fifo => NodeKind.Fifo,
        Socket => NodeKind.Socket,
        _ => throw CorruptImageException.OutOfRange($"inode {inode.Number}", "i_mode", $"0x{inode.Mode:x4}", "a file type"),
    };

    /// <summary>The type byte of a directory entry for this mode; 0 when there is no such type.</summary>
    public static byte EntryType(ushort mode) => (mode & TypeMask) switch
    {
        Regular => 1,
        Directory => 2,
        CharacterDevice => 3,
        BlockDevice => 4,
        Fifo => 5,
        Socket => 6,
        SymbolicLink => 7,
        _ => 0,
    };

    /// <summary>What a directory entry's type byte means; null when the entry does not tell.</summary>
    public static NodeKind? KindOfEntry(byte type) => type switch
    {
        1 => NodeKind.File,
        2 => NodeKind.Directory,
        3 => NodeKind.CharacterDevice,
        4 => NodeKind.BlockDevice,
        5 => NodeKind.Fifo,
        6 => NodeKind.Socket,
        7 => NodeKind.SymbolicLink,
        _ => null,
    };
}
