using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>
/// The inode that holds the value of an extended attribute (EA_INODE_FL). No directory names it: attribute entries do, and it counts them, those
/// of a shared attribute block once. Its times are used for other things: i_atime is the value's hash, i_ctime and i_version the count.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/eainode.html"/>
internal sealed class ValueInode
{
    /// <summary>XATTR_SIZE_MAX of Linux: no program can store or read more.</summary>
    public const int MaxSize = 1 << 16;

    private readonly Volume _volume;
    private readonly Inode _inode;
    private readonly string _owner;

    private ValueInode(Volume volume, Inode inode, string owner, bool isCounted)
    {
        _volume = volume;
        _inode = inode;
        _owner = owner;
        IsCounted = isCounted;
    }

    /// <summary>
    /// Whether it has a hash and a reference count, and i_blocks of each owner covers its blocks. The form that Lustre made before has none of
    /// that, one owner, and that owner's number and generation in i_mtime and i_generation.
    /// </summary>
    public bool IsCounted { get; }

    /// <summary>Blocks that i_blocks of each owner covers.</summary>
    public long OwnerBlocks => IsCounted ? (_inode.Size + _volume.BlockSize - 1) / _volume.BlockSize : 0;

    /// <exception cref="CorruptImageException">The entry leads to no inode that holds its value.</exception>
    public static ValueInode Open(Volume volume, Inode owner, AttributeEntry entry)
    {
        string structure = $"inode {owner.Number}, attribute '{entry.Name.ToFullName()}'";
        (uint number, uint size) = entry.External;
        Superblock superblock = volume.Superblock;
        if (!superblock.Incompat.HasFlag(IncompatFeatures.EaInode))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, structure, $"e_value_inum is {number}, but the file system has no ea_inode feature. Run e2fsck on the image.");
        }

        if (number < superblock.FirstInode || number > superblock.InodeCount || number == owner.Number)
        {
            throw CorruptImageException.OutOfRange(structure, "e_value_inum", number, $"another inode from {superblock.FirstInode} to {superblock.InodeCount}");
        }

        if (size > MaxSize)
        {
            throw CorruptImageException.OutOfRange(structure, "e_value_size", size, $"at most {MaxSize}");
        }

        Inode inode = volume.ReadInode(number);
        if (!inode.IsRegular || !inode.Has(InodeFlags.EaInode) || inode.Has(InodeFlags.InlineData) || inode.Links == 0)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, structure, $"e_value_inum is {number}, an inode that holds no value of an attribute. Run e2fsck on the image.");
        }

        if (inode.Size != size)
        {
            throw CorruptImageException.OutOfRange($"inode {number}, value of {structure}", "i_size", inode.Size, $"e_value_size {size}");
        }

        return new ValueInode(volume, inode, structure, CheckHash(owner, entry, inode, structure));
    }

    /// <exception cref="CorruptImageException">The value's hash is wrong.</exception>
    public byte[] Read()
    {
        byte[] value = new byte[_inode.Size];
        FileContent.Read(_volume, _inode, InodeMap.Load(_volume, _inode), 0, value);
        uint hash = Crc32C.Compute(_volume.ChecksumSeed, value);
        return !IsCounted || hash == _inode.ValueHash
            ? value
            : throw CorruptImageException.BadChecksum(_owner, $"hash in inode {_inode.Number}", _inode.ValueHash, hash);
    }

    /// <summary>An entry more leads here.</summary>
    public void AddReference(EditSession session)
    {
        long references = CountedReferences();
        if (!IsCounted || references == long.MaxValue)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature, _owner, $"the value in inode {_inode.Number} cannot have more owners; remove the attribute in the base image.");
        }

        _inode.ValueReferences = references + 1;
        session.WriteInode(_inode);
    }

    /// <summary>An entry that led here is gone; with the last of them the inode and its blocks go.</summary>
    public void Release(EditSession session)
    {
        long references = IsCounted ? CountedReferences() : 1;
        if (references > 1)
        {
            _inode.ValueReferences = references - 1;
            session.WriteInode(_inode);
            return;
        }

        // It would lead to further values, or back here.
        if (_inode.AttributeBlock != 0 || InodeAttributes.Load(_inode).Count > 0)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode {_inode.Number}", "it holds the value of an attribute and has attributes itself. Run e2fsck on the image.");
        }

        InodeRemoval.Free(session, _inode);
    }

    private long CountedReferences() => _inode.ValueReferences > 0
        ? _inode.ValueReferences
        : throw CorruptImageException.OutOfRange($"inode {_inode.Number}", "reference count", _inode.ValueReferences, "at least 1");

    // Returns whether it is of the counted form. There e_hash covers the name and the value's hash.
    private static bool CheckHash(Inode owner, AttributeEntry entry, Inode inode, string structure)
    {
        byte[] hash = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(hash, inode.ValueHash);
        uint computed = AttributeEntry.ComputeHash(entry.Name, hash);
        if (entry.Hash == computed || entry.Hash == AttributeEntry.ComputeHash(entry.Name, hash, signedBytes: true))
        {
            return true;
        }

        return inode.ValueOwner == owner.Number && inode.Generation == owner.Generation
            ? false
            : throw CorruptImageException.BadChecksum(structure, "e_hash", entry.Hash, computed);
    }
}
