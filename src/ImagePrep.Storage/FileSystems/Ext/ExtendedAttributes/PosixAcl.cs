using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>
/// POSIX ACLs. Programs see version 2, eight bytes an entry; ext stores version 1, which leaves out the id where the tag has none.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/attributes.html#posix-acls"/>
internal sealed class PosixAcl
{
    private const uint DiskVersion = 1;
    private const uint ProgramVersion = 2;
    private const int VersionSize = 4;
    private const int ShortEntrySize = 4;
    private const int LongEntrySize = 8;
    private const uint NoId = uint.MaxValue;

    private readonly List<Entry> _entries = [];

    private enum Tag : ushort
    {
        UserObject = 0x01,
        User = 0x02,
        GroupObject = 0x04,
        Group = 0x08,
        Mask = 0x10,
        Other = 0x20,
    }

    /// <summary>Whether the ACL says more than the permission bits do.</summary>
    public bool HasMoreThanMode => _entries.Exists(entry => entry.Tag is Tag.User or Tag.Group or Tag.Mask);

    /// <exception cref="CorruptImageException">Not an ACL in ext's form.</exception>
    public static PosixAcl FromDisk(ReadOnlySpan<byte> value, uint inode)
    {
        PosixAcl acl = new();
        bool valid = value.Length >= VersionSize && BinaryPrimitives.ReadUInt32LittleEndian(value) == DiskVersion;
        for (value = valid ? value[VersionSize..] : []; valid && !value.IsEmpty;)
        {
            valid = TryParse(value, hasIdAlways: false, out Entry entry, out int size);
            if (valid)
            {
                acl._entries.Add(entry);
                value = value[size..];
            }
        }

        return valid
            ? acl
            : throw new CorruptImageException(CorruptKind.Inconsistent, $"inode {inode}", "a POSIX ACL is not in the form that ext uses. Run e2fsck on the image.");
    }

    /// <exception cref="ArgumentException">Not an ACL in the form of getxattr(2).</exception>
    public static PosixAcl FromPrograms(ReadOnlySpan<byte> value)
    {
        PosixAcl acl = new();
        bool valid = value.Length > VersionSize && BinaryPrimitives.ReadUInt32LittleEndian(value) == ProgramVersion;
        for (value = valid ? value[VersionSize..] : []; valid && !value.IsEmpty;)
        {
            valid = TryParse(value, hasIdAlways: true, out Entry entry, out int size);
            if (valid)
            {
                acl._entries.Add(entry);
                value = value[size..];
            }
        }

        return valid ? acl : throw new ArgumentException("The value is not a POSIX ACL in the form of getxattr(2), version 2.", nameof(value));
    }

    public byte[] ToDisk() => ToBytes(DiskVersion, hasIdAlways: false);

    public byte[] ToPrograms() => ToBytes(ProgramVersion, hasIdAlways: true);

    /// <summary>What chmod does to an access ACL: the group bits go to the mask, where there is one.</summary>
    public void ApplyMode(int permissions)
    {
        bool hasMask = _entries.Exists(entry => entry.Tag == Tag.Mask);
        for (int index = 0; index < _entries.Count; index++)
        {
            Entry entry = _entries[index];
            int? bits = entry.Tag switch
            {
                Tag.UserObject => permissions >> 6,
                Tag.Mask => permissions >> 3,
                Tag.GroupObject when !hasMask => permissions >> 3,
                Tag.Other => permissions,
                _ => null,
            };
            _entries[index] = bits is null ? entry : entry with { Permissions = (ushort)(bits.Value & 7) };
        }
    }

    /// <summary>The nine permission bits that st_mode shows for an access ACL.</summary>
    public int ToMode()
    {
        int PermissionsOf(Tag tag) => _entries.Find(entry => entry.Tag == tag).Permissions & 7;
        bool hasMask = _entries.Exists(entry => entry.Tag == Tag.Mask);
        return (PermissionsOf(Tag.UserObject) << 6) | (PermissionsOf(hasMask ? Tag.Mask : Tag.GroupObject) << 3) | PermissionsOf(Tag.Other);
    }

    private static bool TryParse(ReadOnlySpan<byte> raw, bool hasIdAlways, out Entry entry, out int size)
    {
        (entry, size) = (default, 0);
        if (raw.Length < ShortEntrySize)
        {
            return false;
        }

        Tag tag = (Tag)BinaryPrimitives.ReadUInt16LittleEndian(raw);
        bool hasId = tag is Tag.User or Tag.Group;
        size = hasId || hasIdAlways ? LongEntrySize : ShortEntrySize;
        if (raw.Length < size || !Enum.IsDefined(tag))
        {
            return false;
        }

        uint id = hasId ? BinaryPrimitives.ReadUInt32LittleEndian(raw[4..]) : NoId;
        entry = new Entry(tag, BinaryPrimitives.ReadUInt16LittleEndian(raw[2..]), id);
        return true;
    }

    private byte[] ToBytes(uint version, bool hasIdAlways)
    {
        byte[] raw = new byte[VersionSize + (_entries.Count * LongEntrySize)];
        BinaryPrimitives.WriteUInt32LittleEndian(raw, version);
        int position = VersionSize;
        foreach (Entry entry in _entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(position), (ushort)entry.Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(position + 2), entry.Permissions);
            position += ShortEntrySize;
            if (hasIdAlways || entry.Tag is Tag.User or Tag.Group)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(position), entry.Id);
                position += LongEntrySize - ShortEntrySize;
            }
        }

        return raw[..position];
    }

    private readonly record struct Entry(Tag Tag, ushort Permissions, uint Id);
}
