using System.Text;
using ImagePrep.Initramfs;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Initramfs;

public sealed class InitramfsReaderTests
{
    private static readonly byte[] Early =
        new CpioArchive().Add("kernel/x86/microcode/GenuineIntel.bin", new string('m', 5000)).End().Pad(512).ToArray();

    private static CpioArchive Main => new CpioArchive().AddDirectory("etc").Add("etc/fstab", "# none\n").AddLink("init", "sbin/init").End();

    [Fact]
    public void Read_SegmentsOfAllKinds_GivesAllMembersInOrder()
    {
        byte[] lz4 = CpioArchive.Lz4(Main.ToArray());
        byte[] initramfs = [.. Early, .. Main.ToGzip(), .. Main.ToZstd(), 0, .. Main.ToGzip(), .. lz4, 0, 0, 0, 0, .. Main.ToZstd(), .. lz4];

        string[] main = ["etc", "etc/fstab", "init", "TRAILER!!!"];
        string[] all = ["kernel/x86/microcode/GenuineIntel.bin", "TRAILER!!!", .. main, .. main, .. main, .. main, .. main, .. main];
        InitramfsGuest.Names(initramfs).ShouldBe(all);
    }

    [Fact]
    public void Read_Segments_SaysWhereEachLies()
    {
        byte[] gzip = Main.ToGzip();
        byte[] zstd = Main.ToZstd();
        using MemoryStream source = new([.. Early, .. gzip, 0, 0, 0, .. zstd]);
        InitramfsReader reader = new(source, ExpansionBudget.ForGuest());

        reader.Read(_ => { });

        reader.Segments.Select(segment => (segment.Format, segment.Place.Start)).ShouldBe(
        [
            (SegmentFormat.Stored, 0),
            (SegmentFormat.Gzip, Early.Length),
            (SegmentFormat.Zstd, Early.Length + gzip.Length + 3),
        ]);
        reader.Segments[1].Place.Length.ShouldBe(gzip.Length);
        reader.Segments[2].Place.Length.ShouldBe(zstd.Length);
    }

    [Theory]
    [InlineData("newc", "none")]
    [InlineData("crc", "none")]
    [InlineData("newc", "gzip")]
    [InlineData("newc", "zstd")]
    [InlineData("newc", "lz4")]
    public void Read_WrittenByTools_GivesTheNamesThatCpioLists(string format, string compressor)
    {
        OutsideTool.Require("cpio", compressor == "none" ? "sh" : compressor);
        using ScratchFolder scratch = new();
        ToolTree.Write(scratch.File("tree"));
        byte[] initramfs = ToolTree.Pack(scratch, format, compressor);

        ToolResult listed = OutsideTool.Run("sh", "-c", $"cd {scratch.Path} && {ToolTree.Expander(compressor)} < initramfs | cpio -it --quiet");

        InitramfsGuest.Names(initramfs).Where(name => name != "TRAILER!!!").ShouldBe(listed.EnsureSuccess("cpio").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("xz", "xz --check=crc32")]
    [InlineData("lzma", "xz --format=lzma")]
    [InlineData("bzip2", "bzip2")]
    public void Read_CompressedOtherwise_NamesTheFormat(string name, string command)
    {
        OutsideTool.Require(command.Split(' ')[0]);
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("x.cpio"), Main.ToArray());
        OutsideTool.Run("sh", "-c", $"cd {scratch.Path} && {command} < x.cpio > x").EnsureSuccess(command);

        UnsupportedImageException exception = Should.Throw<UnsupportedImageException>(() => InitramfsGuest.Names([.. Early, .. File.ReadAllBytes(scratch.File("x"))]));

        exception.Message.ShouldContain($"compressed with {name}; gzip, lz4 and zstd are read");
        exception.Message.ShouldContain($"byte {Early.Length}");
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public void Read_CutOffAnywhere_IsRefusedOrWhole(string how)
    {
        byte[] archive = new CpioArchive().Add("a", "content").Add("bb", "more").End().ToArray();
        byte[] whole = Compress(how, archive);
        for (int length = 1; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            if (Should.NotThrow(() => NamesOrNull(cut)) is { } names)
            {
                // A stored archive may end at any member: the kernel asks for no trailer. An lz4 frame is whole with any count of blocks.
                (how is "stored" or "lz4").ShouldBeTrue($"cut at {length}");
                names.ShouldBe(names.Count switch { 0 => [], 1 => ["a"], 2 => ["a", "bb"], _ => ["a", "bb", "TRAILER!!!"] });
            }
        }

        InitramfsGuest.Names(whole).ShouldBe(["a", "bb", "TRAILER!!!"]);
    }

    [Theory]
    [InlineData(0, "170701", "in no format that Linux takes")]
    [InlineData(0, "070707", "the magic number 070701 or 070702 must be")]
    [InlineData(94, "00000000", "c_namesize is 0")]
    [InlineData(94, "00001001", "c_namesize is 4097")]
    [InlineData(94, "FFFFFFFF", "c_namesize is 4294967295")]
    [InlineData(94, "00000001", "has no end")]
    [InlineData(54, "FFFFFFFF", "bytes are needed")]
    [InlineData(54, "0x000001", "eight hexadecimal digits")]
    [InlineData(54, "       1", "eight hexadecimal digits")]
    [InlineData(54, "+0000001", "eight hexadecimal digits")]
    [InlineData(54, "00000001", "in no format that Linux takes")]
    public void Read_LyingHeader_IsRefusedWithTheField(int offset, string text, string told)
    {
        byte[] initramfs = new CpioArchive().Add("abc", "twelve bytes").End().ToArray();
        Encoding.ASCII.GetBytes(text).CopyTo(initramfs, offset);

        Refusal(initramfs).ShouldContain(told);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public void Read_Bomb_StopsAtTheBudget(string how)
    {
        byte[] bomb = Compress(how, new byte[4 << 20]);
        using MemoryStream source = new(bomb);

        UnsupportedImageException exception = Should.Throw<UnsupportedImageException>(
            () => new InitramfsReader(source, new ExpansionBudget(1 << 20)).Read(_ => { }));

        exception.Kind.ShouldBe(UnsupportedKind.Limit);
    }

    [Fact]
    public void Read_BombOfAWindow_IsRefusedBeforeMemoryIsTaken()
    {
        OutsideTool.Require("zstd");
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("x"), Main.ToArray());
        OutsideTool.Run("sh", "-c", $"cd {scratch.Path} && cat x | zstd -q --long=27 > y").EnsureSuccess("zstd");

        Refusal(File.ReadAllBytes(scratch.File("y"))).ShouldContain("too much memory");
    }

    [Fact]
    public void Read_MoreSegmentsThanAnyHas_IsRefused()
    {
        byte[] one = new CpioArchive().End().ToGzip();

        Refusal([.. Enumerable.Repeat(one, InitramfsLimits.MaxSegments + 1).SelectMany(bytes => bytes)]).ShouldContain("segments");
    }

    [Fact]
    public void Read_GzipHeaderThatTheKernelDoesNotTake_IsRefused()
    {
        byte[] gzip = Main.ToGzip();
        gzip[3] = 4;

        Refusal(gzip).ShouldContain("flags 0x04");
    }

    [Fact]
    public void Read_GzipWithAName_IsRead()
    {
        byte[] gzip = Main.ToGzip();
        gzip[3] = 8;

        InitramfsGuest.Names([.. gzip[..10], .. "initrd.cpio\0"u8, .. gzip[10..]]).Count.ShouldBe(4);
    }

    private static byte[] Compress(string how, byte[] content) => how switch
    {
        "gzip" => CpioArchive.Gzip(content),
        "zstd" => CpioArchive.Zstd(content),
        "lz4" => CpioArchive.Lz4(content),
        _ => content,
    };

    private static IReadOnlyList<string>? NamesOrNull(byte[] initramfs)
    {
        try
        {
            return InitramfsGuest.Names(initramfs);
        }
        catch (Exception exception) when (exception is CorruptImageException or UnsupportedImageException)
        {
            return null;
        }
    }

    private static string Refusal(byte[] initramfs)
    {
        try
        {
            InitramfsGuest.Names(initramfs);
        }
        catch (Exception exception) when (exception is CorruptImageException or UnsupportedImageException)
        {
            return exception.Message;
        }

        return "not refused";
    }
}
