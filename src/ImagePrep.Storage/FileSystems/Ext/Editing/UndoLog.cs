using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems.Ext.Editing;

/// <summary>
/// What one operation changed, so that an operation that fails half-way leaves nothing behind: old bytes of the device, and old descriptors
/// and bitmaps of the groups it touched.
/// </summary>
internal sealed class UndoLog(Volume volume, IBlockDevice device)
{
    private readonly List<(long Offset, byte[] Old)> _writes = [];
    private readonly Dictionary<uint, GroupState> _groups = [];

    public bool IsEmpty => _writes.Count == 0 && _groups.Count == 0;

    public IEnumerable<uint> Groups => _groups.Keys;

    /// <summary>Writes bytes that differ from what is there.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] old = device.ReadBytes(offset, bytes.Length);
        if (!bytes.SequenceEqual(old))
        {
            device.WriteAt(offset, bytes);
            _writes.Add((offset, old));
        }
    }

    /// <summary>Call before a group's descriptor or block bitmap changes.</summary>
    public void TouchBlocks(uint group)
    {
        GroupState state = Touch(group);
        state.Blocks ??= [.. volume.Bitmaps.Blocks(group).Bits];
    }

    /// <summary>Call before a group's descriptor or inode bitmap changes.</summary>
    public void TouchInodes(uint group)
    {
        GroupState state = Touch(group);
        state.Inodes ??= [.. volume.Bitmaps.Inodes(group).Bits];
    }

    public void Clear()
    {
        _writes.Clear();
        _groups.Clear();
    }

    /// <summary>Puts everything back, the latest change first.</summary>
    public void Rollback()
    {
        for (int index = _writes.Count - 1; index >= 0; index--)
        {
            device.WriteAt(_writes[index].Offset, _writes[index].Old);
        }

        foreach ((uint group, GroupState state) in _groups)
        {
            state.Descriptor.CopyTo(volume.Groups[group].Raw);
            state.Blocks?.CopyTo(volume.Bitmaps.Blocks(group).Bits, 0);
            state.Inodes?.CopyTo(volume.Bitmaps.Inodes(group).Bits, 0);
        }

        Clear();
    }

    private GroupState Touch(uint group)
    {
        if (!_groups.TryGetValue(group, out GroupState? state))
        {
            state = new GroupState(volume.Groups[group].Raw.ToArray());
            _groups.Add(group, state);
            volume.Bitmaps.Keep(group);
        }

        return state;
    }

    private sealed class GroupState(byte[] descriptor)
    {
        public byte[] Descriptor { get; } = descriptor;

        public byte[]? Blocks { get; set; }

        public byte[]? Inodes { get; set; }
    }
}
