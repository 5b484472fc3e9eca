using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.FileSystems.Fat.Structures;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>What other programs made is read, what we make is read by them, and what is unused is known.</summary>
public sealed class FatVolumeTests
{
    private static readonly NodeAttributes Plain = new(0x1A4);

    [Theory]
    [InlineData("fat12-floppy")]
    [InlineData("fat16")]
    [InlineData("fat32")]
    [InlineData("fat32-arch")]
    public void Edits_InTurnWithMtools_AreSeenByBoth(string shape)
    {
        OutsideTool.Require("mkfs.fat", "fsck.fat", "mcopy", "mmd", "mdel", "mattrib", "blkid");
        using ScratchFolder scratch = new();
        string path = FatShape.Of(shape).Make(scratch);
        string source = scratch.File("source");
        byte[] content = Enumerable.Range(0, 30_000).Select(i => (byte)(i * 7)).ToArray();
        File.WriteAllBytes(source, content);
        File.SetLastWriteTimeUtc(source, new DateTime(2021, 3, 4, 5, 6, 8, DateTimeKind.Utc));
        Mtools.Run("mmd", "-i", path, "::/EFI", "::/EFI/Long Directory Name").EnsureSuccess("mmd");
        Mtools.Run("mcopy", "-m", "-i", path, source, "::/EFI/Long Directory Name/Grün file.txt").EnsureSuccess("mcopy");
        Mtools.Run("mcopy", "-i", path, source, "::/lower.txt").EnsureSuccess("mcopy");
        Mtools.Run("mattrib", "+r", "-i", path, "::/lower.txt").EnsureSuccess("mattrib");

        using FileDevice device = new(path);
        IFileSystem files = FatFileSystem.OpenForEditing(device, FatImage.Time);
        NodeId file = FatTree.Find(files, "efi/LONG directory name/grün FILE.txt");
        byte[] read = new byte[30_000];
        files.Read(file, 0, read).ShouldBe(30_000);
        read.ShouldBe(content);
        files.Stat(file).Modified.ShouldBe(new UnixTime(new DateTimeOffset(2021, 3, 4, 5, 6, 8, TimeSpan.Zero).ToUnixTimeSeconds()));
        files.Stat(FatTree.Find(files, "lower.txt")).Permissions.ShouldBe(0x16D);
        string[] tags = OutsideTool.Run("blkid", ["-p", "-o", "export", path]).Output.Split('\n');
        tags.ShouldContain($"UUID={files.Summary.Uuid}");
        tags.ShouldContain($"LABEL={files.Summary.Label}");
        tags.ShouldContain($"TYPE={files.Summary.Type}");
        tags.ShouldContain($"VERSION={files.Summary.Variant}");

        files.WriteContent(file, "changed by us\n"u8);
        files.CreateFile(FatTree.Find(files, "EFI"), "made by us.cfg", Plain, "new\n"u8);
        files.Flush();
        FsckFat.ShouldBeSilent(path);
        Mtools.Run("mdel", "-i", path, "::/EFI/made by us.cfg").EnsureSuccess("mdel");
        Mtools.Run("mcopy", "-i", path, source, "::/EFI/made by mtools.cfg").EnsureSuccess("mcopy");
        FsckFat.ShouldBeSilent(path);
        Mtools.Run("mtype", "-i", path, "::/EFI/Long Directory Name/Grün file.txt").Output.ShouldBe("changed by us\n");
        IFileSystem again = FatFileSystem.OpenForEditing(device, FatImage.Time);
        again.List(FatTree.Find(again, "EFI")).Select(entry => entry.Name.ToString()).ShouldBe(["Long Directory Name", "made by mtools.cfg"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void UnusedRanges_ReadAsZero_KeepEverythingAndForgetTheRest(int bits)
    {
        FatImage image = FatImage.Of(bits);
        FatTree.Find(image.Read(), "other.bin");
        image.PatchDirectory("overlays", 0x60, [0xE5, .. "OLDNAMETXT"u8]);
        IFileSystem files = image.Edit();
        int cluster = files.Summary.BlockSize;
        files.CreateFile(files.Root, "secret name.key", Plain, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("secret-content ", 200))));
        files.Unlink(files.Root, "secret name.key");
        files.WriteAt(FatTree.Find(files, "CMDLINE.TXT"), 0, "edited"u8);
        files.Flush();
        int slack = (int)image.Volume.ClusterStart(image.FirstCluster("CMDLINE.TXT")) + cluster - 14;
        "slack-content"u8.CopyTo(image.Bytes.AsSpan(slack));

        IReadOnlyList<ByteRange> unused = files.UnusedRanges();
        for (int i = 1; i < unused.Count; i++)
        {
            unused[i].Start.ShouldBeGreaterThan(unused[i - 1].End);
        }

        unused.Sum(range => range.Length).ShouldBeInRange(files.Summary.FreeBytes, image.Bytes.Length);
        MaskedReader masked = new(image.Device, unused);
        byte[] golden = masked.ReadBytes(0, (int)masked.Length);
        foreach (string gone in new[] { "secret-content", "SECRET", "OLDNAME", "LDNAMETXT", "slack-content" })
        {
            golden.AsSpan().IndexOf(Encoding.ASCII.GetBytes(gone)).ShouldBe(-1, gone);
        }

        image.Bytes.AsSpan().IndexOf("LDNAMETXT"u8).ShouldBeGreaterThan(0);
        FatCheck.Verify(masked).ShouldBeEmpty();
        using ScratchFolder scratch = new();
        string path = scratch.File("golden.img");
        File.WriteAllBytes(path, golden);
        FsckFat.ShouldBeSilent(path);
        IFileSystemReader reread = FatFileSystem.OpenForReading(masked);
        foreach (string name in new[] { "CMDLINE.TXT", FatImage.LongName, "other.bin", "overlays/inner/deep file.dtbo" })
        {
            Content(reread, name).ShouldBe(Content(files, name), name);
        }
    }

    [Fact]
    public void ContentRanges_OfASlot_AreItsBytesInOneRun()
    {
        FatImage image = FatImage.Of(32);
        IFileSystem files = image.Edit();
        byte[] content = Enumerable.Range(0, 4096).Select(i => (byte)(i * 3)).ToArray();
        NodeId slot = files.CreateFile(files.Root, "imageprep-node.conf", Plain, content);

        ByteRange range = files.ContentRanges(slot).ShouldHaveSingleItem();
        image.Device.ReadBytes(range.Start, (int)range.Length).ShouldBe(content);
        files.ContentRanges(FatTree.Find(files, "empty")).ShouldBeEmpty();
    }

    [Fact]
    public void InfoSector_AfterEdits_IsRightAndAWrongOneIsLeftAlone()
    {
        FatImage image = FatImage.Of(32);
        int place = image.Volume.Boot.InfoSector * 512;
        uint free = image.Volume.ReadFreeClusters().Count;
        BitConverter.TryWriteBytes(image.Bytes.AsSpan(place + 488), 1u);
        IFileSystem files = image.Edit();
        files.Flush();
        BitConverter.ToUInt32(image.Bytes, place + 488).ShouldBe(1u);

        files.CreateFile(files.Root, "x", Plain, new byte[3000]);
        files.Flush();
        BitConverter.ToUInt32(image.Bytes, place + 488).ShouldBe(free - 6);
        image.Entry(BitConverter.ToUInt32(image.Bytes, place + 492)).ShouldNotBe(0u);

        image.Bytes[place] ^= 1;
        byte[] before = image.Bytes[place..(place + 512)];
        files.WriteContent(FatTree.Find(files, "x"), []);
        files.Flush();
        image.Bytes[place..(place + 512)].ShouldBe(before);
    }

    [Fact]
    public void MirroringOff_OnlyTheActiveTableIsReadAndWritten()
    {
        FatImage image = FatImage.Of(32);
        FatVolume volume = image.Volume;
        image.Bytes[BootSector.Offsets.ExtendedFlags] = 0x81;
        Range first = (int)volume.Table.TableStart(0)..(int)volume.Table.TableStart(1);
        image.Bytes.AsSpan(first).Fill(0xAA);
        IFileSystem files = image.Edit();
        files.CreateFile(files.Root, "x", Plain, new byte[3000]);
        files.Flush();

        image.Bytes.AsSpan(first).IndexOfAnyExcept((byte)0xAA).ShouldBe(-1);
        FatCheck.Verify(image.Device).ShouldBeEmpty();
        FatTree.Find(image.Read(), FatImage.LongName);
    }

    [Fact]
    public void ReservedBitsOfFat32Entries_Survive()
    {
        FatImage image = FatImage.Of(32);
        uint cluster = image.Volume.ReadFreeClusters().NextSet(2);
        for (int copy = 0; copy < 2; copy++)
        {
            image.Bytes[image.Volume.Table.TableStart(copy) + (cluster * 4) + 3] = 0xA0;
        }

        IFileSystem files = image.Edit();
        files.CreateFile(files.Root, "x", Plain, new byte[100]);
        files.Flush();

        (image.Bytes[image.Volume.Table.TableStart(1) + (cluster * 4) + 3] >> 4).ShouldBe(0xA);
        image.Entry(cluster).ShouldBe(image.Volume.Table.EndOfChain);
        files.Unlink(files.Root, "x");
        image.Bytes[image.Volume.Table.TableStart(0) + (cluster * 4) + 3].ShouldBe((byte)0xA0);
    }

    private static byte[] Content(IFileSystemReader files, string path)
    {
        NodeId node = FatTree.Find(files, path);
        byte[] content = new byte[files.Stat(node).Size];
        files.Read(node, 0, content).ShouldBe(content.Length);
        return content;
    }
}
