using System.Text;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>Names as Linux vfat makes them, short and long.</summary>
public sealed class FatNameTests
{
    private static readonly NodeAttributes Plain = new(0x1A4);

    [Theory]
    [InlineData("CMDLINE.TXT", "CMDLINE TXT", 0, false)]
    [InlineData("cmdline.txt", "CMDLINE TXT", 0x18, false)]
    [InlineData("cmdline.TXT", "CMDLINE TXT", 0x08, false)]
    [InlineData("CMDLINE.txt", "CMDLINE TXT", 0x10, false)]
    [InlineData("kernel8", "KERNEL8    ", 0x08, false)]
    [InlineData("1234", "1234       ", 0, false)]
    [InlineData("Config.txt", "CONFIG  TXT", 0, true)]
    [InlineData("config.text", "CONFIG~1TEX", 0, true)]
    [InlineData("longer than eight", "LONGER~1   ", 0, true)]
    [InlineData("bcm2711-rpi-4-b.dtb", "BCM271~1DTB", 0, true)]
    [InlineData("a b", "AB~1       ", 0, true)]
    [InlineData(".profile", "PROFIL~1   ", 0, true)]
    [InlineData("a.b.c", "AB~1    C  ", 0, true)]
    [InlineData("x+y.c", "X_Y~1   C  ", 0, true)]
    [InlineData("\u00e9t\u00e9.c", "_T_~1   C  ", 0, true)]
    [InlineData("\U0001F600", "_~1        ", 0, true)]
    public void Make_OneName_AsLinuxDoes(string name, string shortName, int flags, bool needsLongName)
    {
        MadeShortName made = ShortNameMaker.Make(name, _ => false);

        Encoding.ASCII.GetString(made.Bytes).ShouldBe(shortName);
        made.CaseFlags.ShouldBe((byte)flags);
        made.NeedsLongName.ShouldBe(needsLongName);
    }

    [Fact]
    public void Make_ManyAlike_CountsThenSpreads()
    {
        HashSet<string> taken = [];
        List<string> made = [];
        for (int i = 0; i < 2000; i++)
        {
            string text = Encoding.ASCII.GetString(ShortNameMaker.Make($"configuration {i}.text", bytes => taken.Contains(Encoding.ASCII.GetString(bytes))).Bytes);
            taken.Add(text).ShouldBeTrue();
            made.Add(text);
        }

        made.Take(9).ShouldBe(Enumerable.Range(1, 9).Select(i => $"CONFIG~{i}TEX"));
        made.Skip(9).ShouldAllBe(name => name.StartsWith("CO") && name[6] == '~' && name.EndsWith("TEX"));
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("a\\b")]
    [InlineData("a*")]
    [InlineData("what?")]
    [InlineData("\"quoted\"")]
    [InlineData("tab\there")]
    [InlineData("ends.")]
    [InlineData("ends ")]
    [InlineData("..")]
    public void Create_NameThatFatCannotHold_IsRefusedAndNothingChanges(string name)
    {
        FatImage image = FatImage.Of(16);
        byte[] before = [.. image.Bytes];
        IFileSystem files = image.Edit();

        Should.Throw<IOException>(() => files.CreateFile(files.Root, name, Plain, "x"u8));
        Should.Throw<IOException>(() => files.CreateDirectory(files.Root, name, Plain));
        Should.Throw<IOException>(() => files.CreateFile(files.Root, new FileName([0xFF, 0xFE]), Plain, "x"u8));
        files.TryLookup(files.Root, name, out _).ShouldBeFalse();
        files.Flush();

        image.ShouldStillBe(before);
    }

    [Fact]
    public void Lookup_AnyCaseAndShortName_FindsTheSameNode()
    {
        IFileSystem files = FatImage.Of(32).Edit();
        NodeId cafe = files.CreateFile(files.Root, "Caf\u00e9 \u0416.conf", Plain, "x"u8);

        FatTree.Find(files, "CAF\u00c9 \u0436.CONF").ShouldBe(cafe);
        FatTree.Find(files, "cafe~1.con".Replace("cafe", "caf__")).ShouldBe(cafe);
        FatTree.Find(files, "cmdline.txt").ShouldBe(FatTree.Find(files, "CMDLINE.TXT"));
        FatTree.Find(files, "ARATHE~1.CON").ShouldBe(FatTree.Find(files, FatImage.LongName));
        Should.Throw<IOException>(() => files.CreateFile(files.Root, "arathe~1.con", Plain, []));
        files.List(files.Root).Select(entry => entry.Name.ToString()).ShouldContain("Caf\u00e9 \u0416.conf");
    }

    [Fact]
    public void Encode_NameOf13UnitsAndSurrogates_IsExactlyTheSpecification()
    {
        byte[] thirteen = LongNameRecord.Encode("exactly13char", 0x5A);
        byte[] emoji = LongNameRecord.Encode("a\U0001F600", 0x11);

        thirteen.Length.ShouldBe(32);
        thirteen[0].ShouldBe((byte)0x41);
        Encoding.Unicode.GetString([.. thirteen[1..11], .. thirteen[14..26], .. thirteen[28..32]]).ShouldBe("exactly13char");
        (thirteen[11], thirteen[12], thirteen[13], thirteen[26], thirteen[27]).ShouldBe(((byte)0x0F, (byte)0, (byte)0x5A, (byte)0, (byte)0));
        emoji[1..11].ShouldBe([(byte)'a', 0, 0x3D, 0xD8, 0x00, 0xDE, 0, 0, 0xFF, 0xFF]);
        emoji[28..32].ShouldBe([0xFF, 0xFF, 0xFF, 0xFF]);
    }

    [Fact]
    public void LongestName_IsKeptAndFillsTwentyPieces()
    {
        using ScratchFolder scratch = new();
        FatImage image = FatImage.Of(16);
        string longest = new string('n', 251) + ".img";
        IFileSystem files = image.Edit();
        NodeId node = files.CreateFile(files.Root, longest, Plain, "x"u8);
        files.Flush();

        FatEntry entry = image.Directory().Find(longest).ShouldNotBeNull();
        (entry.Offset - entry.Start).ShouldBe(LongNameRecord.MaxRecords * 32);
        FatTree.Find(files, longest.ToUpperInvariant()).ShouldBe(node);
        FsckFat.ShouldBeSilent(image.Save(scratch));
    }

    [Fact]
    public void Checksum_OfKnownNames_IsTheSpecifications()
    {
        // Worked out by hand from ChkSum() of the specification for a name of one letter: eleven rotations.
        byte expected = 0;
        foreach (char c in "FOO     BAR")
        {
            expected = (byte)((((expected & 1) != 0 ? 0x80 : 0) + (expected >> 1) + c) & 0xFF);
        }

        ShortName.Checksum("FOO     BAR"u8).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x18)]
    public void Decode_UpperHalf_IsCodePage437(int flags)
    {
        byte[] name = [0x05, 0x90, (byte)'X', (byte)' ', (byte)' ', (byte)' ', (byte)' ', (byte)' ', (byte)'T', (byte)' ', (byte)' '];

        ShortName.Decode(name, (byte)flags).ShouldBe(flags == 0 ? "\u03c3\u00c9X.T" : "\u03c3\u00e9x.t");
    }
}
