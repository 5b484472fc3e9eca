using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems.Editing;

/// <summary>The bytes of a device that one operation replaced, so that an operation that fails half-way leaves nothing behind.</summary>
internal sealed class DeviceUndo(IBlockDevice device)
{
    private readonly List<(long Offset, byte[] Old)> _writes = [];

    public bool IsEmpty => _writes.Count == 0;

    /// <summary>Writes bytes that differ from what is there: an overlay keeps every block that was ever written.</summary>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] old = device.ReadBytes(offset, bytes.Length);
        if (!bytes.SequenceEqual(old))
        {
            device.WriteAt(offset, bytes);
            _writes.Add((offset, old));
        }
    }

    /// <summary>Forgets: what was written stays.</summary>
    public void Clear() => _writes.Clear();

    /// <summary>Puts everything back, the latest change first.</summary>
    public void Rollback()
    {
        for (int index = _writes.Count - 1; index >= 0; index--)
        {
            device.WriteAt(_writes[index].Offset, _writes[index].Old);
        }

        Clear();
    }
}
