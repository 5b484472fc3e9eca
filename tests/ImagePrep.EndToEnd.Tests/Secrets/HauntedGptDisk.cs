using System.Buffers.Binary;
using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Secrets;

/// <summary>A GPT with an ESP, and a root of 1 KiB blocks whose machine lost its power.</summary>
internal sealed class HauntedGptDisk : HauntedDisk
{
    private const int FirstSector = 40;
    private const int ReservedFatSectors = 8;
    private const long Esp = FirstSector;
    private const long EspSectors = 40_960;
    private const long Root = 45_001;
    private const long RootSectors = 131_072;
    private const int EntrySize = 128;

    public HauntedGptDisk(ScratchFolder scratch)
        : base(scratch)
    {
        OutsideTool.Require("sgdisk", "mke2fs", "debugfs", "mkfs.fat", "mcopy", "mdel", "mmd", "setfattr", "python3");
        MakeFilled(100 << 20);
        OutsideTool.Run("sgdisk", "-o", Path).EnsureSuccess("sgdisk -o");
        string name = new Markers().New("")[..36];
        OutsideTool.Run(
            "sgdisk", "-a", "1", "-n", $"1:{Esp}:+{EspSectors - 1}", "-t", "1:ef00", "-n", $"2:{Root}:+{RootSectors - 1}", "-n", "3:190000:+100", "-c", $"3:{name}", Path)
            .EnsureSuccess("sgdisk");
        Markers.Add("unused entry of the GPT", Encoding.Unicode.GetBytes(name));
        ForgetPartition(index: 2);
        MakeEsp();
        MakeRoot();
        Write((Root - 60) * SectorSize, Markers.New("between partitions"));
        Write((190_000 + 40) * SectorSize, Markers.New("behind the last partition"));
        Write((Root + RootSectors - 9) * SectorSize, Markers.New("behind the end of a file system"));
        Write((Esp + EspSectors - 9) * SectorSize, Markers.New("behind the end of the ESP's file system"));
    }

    public override IReadOnlyList<(int Number, ByteRange Range)> KeptForBootLoaders =>
    [
        (0, new ByteRange(0, FirstSector * SectorSize)),
        (1, new ByteRange(0, ReservedFatSectors * SectorSize)),
        (2, new ByteRange(0, 1024)),
    ];

    /// <summary>Takes the type from an entry in both copies, as some tools delete a partition: all else of it stays.</summary>
    private void ForgetPartition(int index) => OutsideTool.Run("python3", "-c", $"""
        import struct, sys, zlib
        with open(sys.argv[1], 'r+b') as disk:
            size = disk.seek(0, 2) // {SectorSize}
            for lba in (1, size - 1):
                disk.seek(lba * {SectorSize}); header = bytearray(disk.read(92))
                array = struct.unpack_from('<Q', header, 72)[0] * {SectorSize}
                disk.seek(array + {index} * {EntrySize}); disk.write(bytes(16))
                disk.seek(array); struct.pack_into('<I', header, 88, zlib.crc32(disk.read(128 * {EntrySize})))
                struct.pack_into('<I', header, 16, 0); struct.pack_into('<I', header, 16, zlib.crc32(header))
                disk.seek(lba * {SectorSize}); disk.write(header)
        """, Path).EnsureSuccess("forgetting a partition");

    private void MakeEsp()
    {
        OutsideTool.Run("mkfs.fat", "-F", "16", "-s", "8", "-R", $"{ReservedFatSectors}", "--offset", $"{Esp}", Path, "19000").EnsureSuccess("mkfs.fat");
        string image = $"{Path}@@{Esp * SectorSize}";
        OutsideTool.Run("mmd", "-i", image, "::EFI").EnsureSuccess("mmd");
        PutOnEsp("::EFI/loader.efi", "public loader");
        for (int i = 0; i < 5; i++)
        {
            PutOnEsp($"::EFI/deleted{i}", Markers.NewText("ESP: deleted content", 50));
        }

        // The first character of a short name is lost when it is deleted; of a long one six together are the most that lie in one piece.
        string shortName = Letters(11);
        PutOnEsp($"::EFI/X{shortName[..7]}.{shortName[7..10]}", "");
        Markers.Add("ESP: deleted short name", Encoding.ASCII.GetBytes(shortName[..10]));
        string longName = Letters(26);
        PutOnEsp($"::EFI/{longName}", "");
        Markers.Add("ESP: deleted long name", Encoding.Unicode.GetBytes(longName[5..11]));
        OutsideTool.Run("mdel", "-i", image, "::EFI/deleted*", $"::EFI/X{shortName[..7]}.{shortName[7..10]}", $"::EFI/{longName}").EnsureSuccess("mdel");

        // The file's only cluster is the third that was given out: its content ends at once.
        byte[] boot = Read(Esp * SectorSize, SectorSize);
        long data = ReservedFatSectors + (boot[16] * (long)BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(22)))
            + (BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(17)) * 32 / SectorSize);
        Write(((Esp + data + 8) * SectorSize) + 1000, Markers.New("ESP: slack of a file"));
    }

    private void PutOnEsp(string target, string content)
    {
        string file = Scratch.File("for-the-esp");
        File.WriteAllText(file, content);
        OutsideTool.Run("mcopy", "-o", "-i", $"{Path}@@{Esp * SectorSize}", file, target).EnsureSuccess("mcopy");
    }

    /// <summary>Upper case, so that a name of up to eight is stored as it is.</summary>
    private static string Letters(int count) => System.Security.Cryptography.RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count);

    private void MakeRoot()
    {
        MakeExt(
            Root, "63M", GuestFolder("/swapfile none swap sw 0 0\n"), "-t", "ext4", "-b", "1024", "-O", "metadata_csum_seed,orphan_file", "-J", "size=4");
        HauntSlack("root", Root, 1024, 1);
        string cut = Scratch.File("cut.raw");
        using (KernelMount mount = Mount(Root, RootSectors, "noinit_itable,data=journal"))
        {
            MakeSwapFile(mount.File("swapfile"));
            WriteAndDelete("root", mount.Folder);
            CommitAndDelete("root", mount.Folder);
            File.Copy(Path, cut);
        }

        File.Delete(Path);
        Path = cut;
    }
}
