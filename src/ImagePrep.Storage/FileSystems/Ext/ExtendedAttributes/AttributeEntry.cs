using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>One attribute with its value, as it is stored; ACLs are in their disk form.</summary>
/// <param name="Name">Namespace and name.</param>
/// <param name="Value">The value's bytes; none when it lies in an inode of its own.</param>
/// <param name="Hash">e_hash, kept for entries that are not changed: two ways to compute it are in use.</param>
/// <param name="External">The inode that holds the value, if that is not here.</param>
internal sealed record AttributeEntry(AttributeName Name, byte[] Value, uint Hash, ExternalValue External = default)
{
    /// <summary>Whether the value lies in an inode of its own (<see cref="ValueInode"/>).</summary>
    public bool IsExternal => External.Inode != 0;

    /// <summary>Bytes of the value with its padding.</summary>
    public int ValueSpace => AttributeArea.Pad(Value.Length);

    /// <summary>Bytes of ext4_xattr_entry with its name and padding.</summary>
    public int EntrySpace => AttributeArea.Pad(AttributeArea.EntryHeaderSize + Name.Bytes.Length);

    public int Space => EntrySpace + ValueSpace;

    /// <summary>
    /// e_hash over name and value: each part rotates what came before and is mixed in by exclusive or. Some software took the name's bytes as
    /// signed, which differs for names outside ASCII; both are valid.
    /// </summary>
    public static uint ComputeHash(AttributeName name, ReadOnlySpan<byte> value, bool signedBytes = false)
    {
        uint hash = 0;
        foreach (byte part in name.Bytes)
        {
            hash = uint.RotateLeft(hash, 5) ^ (signedBytes ? unchecked((uint)(sbyte)part) : part);
        }

        byte[] padded = new byte[AttributeArea.Pad(value.Length)];
        value.CopyTo(padded);
        for (int offset = 0; offset < padded.Length; offset += sizeof(uint))
        {
            hash = uint.RotateLeft(hash, 16) ^ BinaryPrimitives.ReadUInt32LittleEndian(padded.AsSpan(offset));
        }

        return hash;
    }
}

/// <summary>e_value_inum and e_value_size of a value that lies in an inode of its own.</summary>
internal readonly record struct ExternalValue(uint Inode, uint Size);
