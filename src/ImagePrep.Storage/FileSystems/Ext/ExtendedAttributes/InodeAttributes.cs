using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>The attributes that lie inside a large inode, behind the fields that i_extra_isize covers.</summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/attributes.html"/>
internal static class InodeAttributes
{
    private const uint Magic = 0xEA02_0000;
    private const int HeaderSize = 4;

    public static List<AttributeEntry> Load(Inode inode)
    {
        Span<byte> area = AreaOf(inode);
        return area.Length < HeaderSize + AttributeArea.EndMarkSize || BinaryPrimitives.ReadUInt32LittleEndian(area) != Magic
            ? []
            : AttributeArea.Parse(area[HeaderSize..], valueBase: 0, $"attributes in inode {inode.Number}");
    }

    public static bool Fits(Inode inode, IEnumerable<AttributeEntry> entries) =>
        HeaderSize + AttributeArea.SpaceFor(entries) <= AreaOf(inode).Length;

    /// <summary>Replaces all attributes in the inode; without any the area is zeroed.</summary>
    public static void Store(Inode inode, IReadOnlyList<AttributeEntry> entries)
    {
        Span<byte> area = AreaOf(inode);
        area.Clear();
        if (entries.Count > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(area, Magic);
            AttributeArea.Write(entries, area[HeaderSize..], valueBase: 0);
        }
    }

    // i_extra_isize 0 means that nobody has used the room behind the old inode yet, so there is no telling where attributes would start.
    private static Span<byte> AreaOf(Inode inode) =>
        inode.ExtraSize == 0 ? [] : inode.Raw.AsSpan(Inode.OldSize + inode.ExtraSize);
}
