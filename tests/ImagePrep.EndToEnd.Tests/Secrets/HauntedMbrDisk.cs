using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Secrets;

/// <summary>An MBR with logical partitions: the guest on ext4, swap, and data on ext3. All unaligned, all shut down well.</summary>
internal sealed class HauntedMbrDisk : HauntedDisk
{
    private const int FirstSector = 63;
    private const int RecordBytes = 446;
    private const long Root = FirstSector;
    private const long RootSectors = 131_072;
    private const long Extended = 133_000;
    private const long Swap = Extended + 63;
    private const long SwapSectors = 16_384;
    private const long Data = 160_071;
    private const long DataSectors = 49_152;
    private const int GrubCore = 5;

    private int _grubSectors;

    public HauntedMbrDisk(ScratchFolder scratch)
        : base(scratch)
    {
        OutsideTool.Require("sfdisk", "mke2fs", "debugfs", "mkswap", "setfattr");
        MakeFilled(120 << 20);
        string table = $"""
            label: dos
            label-id: 0x20250101
            1 : start={Root}, size={RootSectors}, type=83, bootable
            2 : start={Extended}, size=90000, type=5
            5 : start={Swap}, size={SwapSectors}, type=82
            6 : start={Data}, size={DataSectors}, type=83

            """;
        OutsideTool.Run("sfdisk", ["--no-reread", "--no-tell-kernel", "--quiet", "--wipe", "never", Path], input: System.Text.Encoding.ASCII.GetBytes(table))
            .EnsureSuccess("sfdisk");
        InstallGrub();
        MakeRoot();
        MakeSwap();
        MakeData();
        HauntTable();
    }

    public override IReadOnlyList<(int Number, ByteRange Range)> KeptForBootLoaders =>
    [
        (0, new ByteRange(0, SectorSize)),
        (0, new ByteRange(GrubCore * SectorSize, _grubSectors * SectorSize)),
        (1, new ByteRange(0, 1024)),
        (2, new ByteRange(0, RecordBytes)),
        (6, new ByteRange(0, 1024)),
    ];

    private void InstallGrub()
    {
        byte[] start = Read(0, FirstSector * SectorSize);
        _grubSectors = GrubImages.Install(start, GrubCore);
        Write(0, start);
        Write(2 * SectorSize, Markers.New("before the boot loader"));
        Write(((GrubCore + _grubSectors) * SectorSize) + 40, Markers.New("behind the boot loader"));
    }

    private void MakeRoot()
    {
        // Four groups, so that there are backups with room to grow, and groups that are never used.
        MakeExt(Root, "63M", GuestFolder("/swapfile none swap sw 0 0\n"), "-t", "ext4", "-b", "4096", "-g", "4096", "-J", "size=4");
        HauntSlack("root", Root, 4096, 0);
        using KernelMount mount = Mount(Root, RootSectors);
        MakeSwapFile(mount.File("swapfile"));
        WriteAndDelete("root", mount.Folder);
        CommitAndDelete("root", mount.Folder);
    }

    private void MakeData()
    {
        string folder = Scratch.File("data");
        Directory.CreateDirectory(System.IO.Path.Combine(folder, "etc"));
        File.WriteAllText(System.IO.Path.Combine(folder, "etc/short"), "public\n");
        MakeExt(Data, "23M", folder, "-t", "ext3", "-b", "1024", "-J", "size=1");
        HauntSlack("data", Data, 1024, 1);
        using KernelMount mount = Mount(Data, DataSectors, "data=journal");
        WriteAndDelete("data", mount.Folder);
        CommitAndDelete("data", mount.Folder);
    }

    private void MakeSwap()
    {
        string area = Scratch.File("swap");
        using (RawFile file = RawFile.Create(area, SwapSectors * SectorSize))
        {
            OutsideTool.Run("mkswap", area).EnsureSuccess("mkswap");
            Write(Swap * SectorSize, file.ReadBytes(0, 4096));
        }

        for (int page = 1; page < 100; page += 9)
        {
            Write((Swap * SectorSize) + (page * 4096L) + 77, Markers.New("swap partition"));
        }
    }

    private void HauntTable()
    {
        Write((Extended - 100) * SectorSize, Markers.New("between partitions"));
        Write((Data - 120) * SectorSize, Markers.New("between logical partitions"));
        Write(235_000L * SectorSize, Markers.New("behind the last partition"));
        Write((Root + RootSectors - 9) * SectorSize, Markers.New("behind the end of a file system"));
        Write((FindDataRecord() * SectorSize) + 100, Markers.New("unused bytes of an extended boot record"));
    }

    /// <summary>The tool chooses where it goes.</summary>
    private long FindDataRecord()
    {
        const int link = RecordBytes + 16;
        byte[] first = Read(Extended * SectorSize, SectorSize);
        return Extended + BitConverter.ToUInt32(first, link + 8);
    }
}
