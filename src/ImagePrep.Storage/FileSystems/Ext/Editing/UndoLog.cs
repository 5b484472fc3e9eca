using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.Editing;

/// <summary>
/// What one operation changed, so that an operation that fails half-way leaves nothing behind: old bytes of the device, and old descriptors
/// and bitmaps of the groups it touched.
/// </summary>
internal sealed class UndoLog(Volume volume, IBlockDevice device)
{
    private readonly DeviceUndo _writes = new(device);
    private readonly Dictionary<uint, GroupState> _groups = [];

    public bool IsEmpty => _writes.IsEmpty && _groups.Count == 0;

    public IEnumerable<uint> Groups => _groups.Keys;

    /// <inheritdoc cref="DeviceUndo.WriteAt"/>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes) => _writes.WriteAt(offset, bytes);

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
        _writes.Rollback();
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
