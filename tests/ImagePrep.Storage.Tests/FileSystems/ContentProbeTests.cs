using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems;

/// <summary>What each format's own tool makes is named as blkid names it, with the UUID and label that blkid finds.</summary>
public sealed class ContentProbeTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("swap", 8, "mkswap", "-L", "memory", "{}")]
    [InlineData("swap", 8, "mkswap", "-p", "65536", "-L", "memory", "{}")]
    [InlineData("crypto_LUKS", 20, "cryptsetup", "luksFormat", "--type", "luks1", "--batch-mode", "--pbkdf-force-iterations", "1000", "{}")]
    [InlineData("crypto_LUKS", 20, "cryptsetup", "luksFormat", "--type", "luks2", "--label", "safe", "--batch-mode", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "{}")]
    [InlineData("DM_verity_hash", 8, "veritysetup", "format", "/usr/bin/env", "{}")]
    [InlineData("xfs", 310, "mkfs.xfs", "-q", "-L", "twelve chars", "{}")]
    [InlineData("btrfs", 120, "mkfs.btrfs", "-q", "-L", "a tree", "{}")]
    [InlineData("f2fs", 64, "mkfs.f2fs", "-q", "-l", "fläsh", "{}")]
    [InlineData("erofs", 1, "mkfs.erofs", "{}", "{folder}")]
    [InlineData("squashfs", 0, "mksquashfs", "{folder}", "{}", "-quiet", "-no-progress")]
    [InlineData("iso9660", 0, "genisoimage", "-quiet", "-V", "A DISC", "-o", "{}", "{folder}")]
    [InlineData("ntfs", 16, "mkfs.ntfs", "-F", "-Q", "-q", "{}")]
    [InlineData("exfat", 16, "mkfs.exfat", "{}")]
    public void Identify_WhatTheFormatsOwnToolMakes_AgreesWithBlkid(string type, int megabytes, string tool, params string[] arguments)
    {
        OutsideTool.Require("blkid", tool);
        string folder = _scratch.File("content");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "file"), "content");
        string path = _scratch.File("image");
        if (megabytes > 0)
        {
            RawFile.Create(path, (long)megabytes * MiB).Dispose();
        }

        string[] given = [.. arguments.Select(argument => argument switch { "{}" => path, "{folder}" => folder, _ => argument })];
        OutsideTool.Run(tool, given, input: tool == "cryptsetup" ? "passphrase"u8.ToArray() : null).EnsureSuccess(tool);

        AgreesWithBlkid(path, type);
    }

    [Fact]
    public void Identify_PhysicalVolumeOfLvm_AgreesWithBlkid()
    {
        OutsideTool.Require("blkid", "pvcreate", "losetup");
        string path = _scratch.File("image");
        RawFile.Create(path, 16 * MiB).Dispose();
        ToolResult attached = OutsideTool.Run("losetup", "--find", "--show", path);
        if (attached.ExitCode != 0)
        {
            Assert.Skip($"no loop device for pvcreate, which takes no file: {attached.Error.Trim()}");
        }

        string loop = attached.Output.Trim();
        try
        {
            OutsideTool.Run("pvcreate", "--quiet", loop).EnsureSuccess("pvcreate");
        }
        finally
        {
            OutsideTool.Run("losetup", "--detach", loop).EnsureSuccess("losetup");
        }

        AgreesWithBlkid(path, "LVM2_member");
    }

    /// <summary>mdadm assembles arrays in the kernel of the host, which is no test's business: headers as its man page and md_p.h describe them.</summary>
    [Theory]
    [InlineData("0.90")]
    [InlineData("1.0")]
    [InlineData("1.1")]
    [InlineData("1.2")]
    public void Identify_RaidMember_AgreesWithBlkid(string version)
    {
        OutsideTool.Require("blkid");
        string path = _scratch.File("image");
        using RawFile disk = RawFile.Create(path, (8 * MiB) + 5120);
        WriteRaid(disk, version);

        AgreesWithBlkid(path, "linux_raid_member");
    }

    [Fact]
    public void Identify_HalfOfAMirror_IsNotTakenForTheFileSystemThatShowsThrough()
    {
        using RawFile disk = MakeExt();
        ContentProbe.Recognise(disk).ShouldBe("ext");

        WriteRaid(disk, "1.0");

        ContentProbe.Recognise(disk).ShouldBe("linux_raid_member");
        FileSystemDriver.Find(disk).ShouldBeNull();
    }

    [Fact]
    public void Identify_LastPartitionOfADiskWithRaid_IsNotTakenForTheWholeDisk()
    {
        using RawFile disk = RawFile.Create(_scratch.File("image"), 8 * MiB);
        WriteRaid(disk, "0.90", kilobytes: 4096);
        ContentProbe.Recognise(disk).ShouldBe("linux_raid_member");

        WriteRaid(disk, "0.90", kilobytes: 8192);
        ContentProbe.Recognise(disk).ShouldBe("");
    }

    [Fact]
    public void Identify_StaleMarkBesideAFileSystem_IsAmbiguous()
    {
        using RawFile disk = MakeExt();
        disk.WriteAt(0x10040, "_BHRfS_M"u8);

        UnsupportedImageException refusal = Should.Throw<UnsupportedImageException>(() => ContentProbe.Identify(disk));

        refusal.Kind.ShouldBe(UnsupportedKind.Ambiguous);
        refusal.Message.ShouldContain("btrfs and of ext");
        refusal.Message.ShouldContain("wipefs");
    }

    [Theory]
    [InlineData("bcache", 4096 + 24, "C68573F64E1A45CA8265F57F48BA6D81")]
    [InlineData("bcachefs", 4096 + 24, "C68573F666CE90A9D96A60CF803DF7EF")]
    [InlineData("BitLocker", 3, "2D4656452D46532D")]
    [InlineData("crypto_LUKS", 0, "4C554B53BABE0003")]
    public void Identify_OtherMarks_AreNamed(string type, int offset, string magic)
    {
        byte[] bytes = new byte[MiB];
        Convert.FromHexString(magic).CopyTo(bytes, offset);

        ContentProbe.Recognise(new MemoryDevice(bytes)).ShouldBe(type);
        bytes[offset]++;
        ContentProbe.Recognise(new MemoryDevice(bytes)).ShouldBe("");
    }

    [Theory]
    [InlineData(3, "")]
    [InlineData(4, "zfs_member")]
    public void Identify_ZfsUberblocks_AreBelievedFromFourOn(int count, string type)
    {
        byte[] bytes = new byte[MiB];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan((128 * 1024) + (i * 4096)), 0x00BAB10C);
        }

        ContentProbe.Recognise(new MemoryDevice(bytes)).ShouldBe(type);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(4097)]
    [InlineData(70_000)]
    [InlineData(300_000)]
    public void Identify_TooShortForItsMarks_IsNothingOrWhatFits(int length)
    {
        byte[] bytes = new byte[length];
        foreach ((int offset, string magic) in new[] { (512, "LABELONE"), (0x10040, "_BHRfS_M"), (0x8001, "CD001") })
        {
            bytes.AsSpan().Clear();
            bool fits = offset + magic.Length <= length;
            if (fits)
            {
                System.Text.Encoding.ASCII.GetBytes(magic, bytes.AsSpan(offset));
            }

            (ContentProbe.Recognise(new MemoryDevice(bytes)).Length > 0).ShouldBe(fits);
        }
    }

    private static void AgreesWithBlkid(string path, string type)
    {
        Dictionary<string, string> judged = OutsideTool.Run("blkid", "-p", "-o", "udev", path).EnsureSuccess("blkid").Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        using RawFile disk = RawFile.Open(path);

        ContentIdentity identity = ContentProbe.Identify(disk);

        identity.Type.ShouldBe(type);
        judged["ID_FS_TYPE"].ShouldBe(type);
        identity.Uuid.ShouldBe(judged.GetValueOrDefault("ID_FS_UUID", ""));

        // blkid looks for these two labels where they have no fixed place; udev's form replaces what is not printable ASCII.
        string label = type is "ntfs" or "exfat" ? "" : judged.GetValueOrDefault("ID_FS_LABEL_ENC", "").Replace("\\x20", " ", StringComparison.Ordinal);
        identity.Label.ShouldBe(label);
    }

    private RawFile MakeExt()
    {
        OutsideTool.Require("mke2fs");
        RawFile disk = RawFile.Create(_scratch.File("ext"), 8 * MiB);
        OutsideTool.Run("mke2fs", "-q", "-F", "-t", "ext4", disk.Path).EnsureSuccess("mke2fs");
        return disk;
    }

    private static void WriteRaid(RawFile disk, string version, uint kilobytes = 4096)
    {
        byte[] header = new byte[4096];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA92B4EFC);
        if (version == "0.90")
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), 90);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(32), kilobytes);
            foreach (int word in new[] { 20, 52, 56, 60 })
            {
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(word), 0x12345600u + (uint)word);
            }

            disk.WriteAt((disk.Length / 65536 * 65536) - 65536, header);
            return;
        }

        long place = version switch { "1.0" => (disk.Length - 8192) / 4096 * 4096, "1.1" => 0, _ => 4096 };
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), 1);
        new Guid("01234567-89ab-cdef-0123-456789abcdef").ToByteArray(bigEndian: true).CopyTo(header, 16);
        "host:array"u8.CopyTo(header.AsSpan(32));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(144), (ulong)place / 512);
        disk.WriteAt(place, header);
    }
}
