using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Editing;

/// <summary>
/// The writing side of a volume: all changes of the device and the table pass through here. Content, directories and, at the end of each
/// operation, the table are written at once; FSInfo waits for <see cref="Flush"/>. The boot sector is never changed, so its backup stays right.
/// </summary>
internal sealed class FatSession
{
    private const int ZeroedAtOnce = 64 * 1024;

    private readonly IBlockDevice _device;
    private readonly DeviceUndo _undo;
    private bool _changed;

    public FatSession(FatVolume volume, IBlockDevice device, UnixTime writeTime)
    {
        Volume = volume;
        WriteTime = writeTime;
        _device = device;
        _undo = new DeviceUndo(device);
        Clusters = new ClusterAllocator(volume, volume.ReadFreeClusters());
    }

    public FatVolume Volume { get; }

    /// <summary>The one time that is written everywhere.</summary>
    public UnixTime WriteTime { get; }

    public ClusterAllocator Clusters { get; }

    /// <summary>Starts one operation: all of it happens, or, when it is disposed before <see cref="EditOperation.Complete"/>, nothing.</summary>
    public EditOperation Begin() => new(Commit, Rollback);

    public void WriteAt(long position, ReadOnlySpan<byte> bytes) => _undo.WriteAt(position, bytes);

    /// <summary>Writes bytes over several places, in order.</summary>
    public void Write(IEnumerable<ByteRange> places, ReadOnlySpan<byte> bytes)
    {
        foreach (ByteRange place in places)
        {
            _undo.WriteAt(place.Start, bytes[..(int)place.Length]);
            bytes = bytes[(int)place.Length..];
        }
    }

    public void Zero(IEnumerable<ByteRange> places)
    {
        byte[] zeros = new byte[ZeroedAtOnce];
        foreach (ByteRange place in places)
        {
            for (long offset = place.Start; offset < place.End; offset += ZeroedAtOnce)
            {
                _undo.WriteAt(offset, zeros.AsSpan(0, (int)Math.Min(ZeroedAtOnce, place.End - offset)));
            }
        }
    }

    /// <summary>Brings FSInfo up to date. Does nothing when nothing changed.</summary>
    public void Flush()
    {
        if (!_changed)
        {
            return;
        }

        _changed = false;
        BootSector boot = Volume.Boot;
        if (boot.InfoSector == 0)
        {
            return;
        }

        long position = boot.InfoSector * (long)boot.BytesPerSector;
        InfoSector? info = InfoSector.TryParse(_device.ReadBytes(position, InfoSector.Size));
        if (info is not null)
        {
            info.FreeCount = Clusters.FreeCount;
            info.NextFree = Clusters.LastTaken == 0 ? info.NextFree : Clusters.LastTaken;
            _device.WriteAt(position, info.Raw);
        }
    }

    private void Commit()
    {
        Volume.Table.WriteChanges(_undo);
        _changed |= !_undo.IsEmpty;
        Volume.Table.KeepChanges();
        Clusters.KeepChanges();
        _undo.Clear();
    }

    private void Rollback()
    {
        Volume.Table.DropChanges();
        Clusters.DropChanges();
        _undo.Rollback();
    }
}
