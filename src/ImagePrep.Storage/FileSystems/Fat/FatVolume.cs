using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>A FAT volume on a device: geometry, table, and where clusters lie.</summary>
internal sealed class FatVolume
{
    private FatVolume(IBlockReader device, BootSector boot)
    {
        Device = device;
        Boot = boot;
        Table = new FatTable(device, boot);
    }

    public IBlockReader Device { get; }

    public BootSector Boot { get; }

    public FatTable Table { get; }

    public long TotalBytes => Boot.TotalSectors * (long)Boot.BytesPerSector;

    /// <summary>
    /// Whether the volume says that it was not unmounted, or met errors: Linux in the boot sector, others in the entry of cluster 1, which FAT12
    /// does not have. It is told, and never changed: every volume is checked as a whole before it is edited.
    /// </summary>
    public bool IsMarkedDirty => Boot.IsMarkedDirty || (Table[1] & FlagMask) != FlagMask;

    // ClnShutBitMask and HrdErrBitMask: 1 means well.
    private uint FlagMask => Boot.Type switch
    {
        FatType.Fat12 => 0,
        FatType.Fat16 => 0xC000,
        _ => 0x0C00_0000,
    };

    public static FatVolume Open(IBlockReader device)
    {
        int available = (int)Math.Min(BootSector.Size, device.Length);
        return new FatVolume(device, BootSector.Parse(device.ReadBytes(0, available), device.Length));
    }

    /// <summary>First byte of a cluster on the device.</summary>
    public long ClusterStart(uint cluster) =>
        (Boot.FirstDataSector * Boot.BytesPerSector) + ((cluster - FatTable.FirstCluster) * (long)Boot.ClusterSize);

    public ByteRange RangeOf(ClusterRun run) => new(ClusterStart(run.First), run.Count * (long)Boot.ClusterSize);

    /// <summary>Clusters that a number of bytes takes.</summary>
    public long ClustersFor(long bytes) => (bytes + Boot.ClusterSize - 1) / Boot.ClusterSize;

    /// <summary>Every cluster that the table says is free.</summary>
    public ClusterBitmap ReadFreeClusters()
    {
        ClusterBitmap free = new(Boot.ClusterCount);
        for (uint cluster = FatTable.FirstCluster; cluster < free.End; cluster++)
        {
            if (Table[cluster] == FatTable.Free)
            {
                free[cluster] = true;
            }
        }

        return free;
    }
}
