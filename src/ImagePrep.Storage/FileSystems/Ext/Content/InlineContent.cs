using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Content;

/// <summary>
/// Content that lies inside its inode (INLINE_DATA_FL): 60 bytes in i_block, what follows in the value of the attribute "system.data", which is
/// there even when nothing follows.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/inlinedata.html"/>
internal static class InlineContent
{
    /// <summary>Everything that the inode has room for: for a file it may be more or less than i_size.</summary>
    /// <exception cref="CorruptImageException">There is no "system.data", or i_size does not fit to it.</exception>
    public static byte[] Load(Inode inode)
    {
        AttributeEntry? rest = InodeAttributes.Load(inode).Find(entry => entry.Name.IsInlineData && !entry.IsExternal);
        if (rest is null)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode {inode.Number}", "INLINE_DATA_FL is set, but there is no attribute system.data inside the inode. Run e2fsck on the image.");
        }

        byte[] content = [.. inode.BlockArea, .. rest.Value];

        // Kernels before 6.18 extend a file beyond this room without moving it out; what is not there reads as zero (ext4_inline_data_truncate).
        bool fits = inode.IsRegular || (inode.IsDirectory ? inode.Size == content.Length : inode.Size <= content.Length);
        return fits
            ? content
            : throw CorruptImageException.OutOfRange(
                $"inode {inode.Number}", "i_size", inode.Size, $"{(inode.IsDirectory ? "" : "at most ")}{content.Length}, the content inside the inode");
    }

    /// <returns>Bytes read: fewer than asked only at the end of the file.</returns>
    public static int Read(Inode inode, long offset, Span<byte> destination)
    {
        ReadOnlySpan<byte> content = Load(inode);
        int total = (int)Math.Clamp(inode.Size - offset, 0, destination.Length);
        destination = destination[..total];
        content = content[(int)Math.Min(offset, content.Length)..];
        content = content[..Math.Min(content.Length, total)];
        content.CopyTo(destination);
        destination[content.Length..].Clear();
        return total;
    }

    /// <summary>Takes the content out of the inode, which is left empty and ready for blocks. The caller stores both.</summary>
    public static void Remove(Volume volume, Inode inode)
    {
        InodeAttributes.Store(inode, InodeAttributes.Load(inode).FindAll(entry => !entry.Name.IsInlineData));
        inode.Flags &= ~InodeFlags.InlineData;
        inode.Size = 0;
        InodeMap.Initialise(volume, inode);
    }
}
