using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.FileSystems.Fat.Structures;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>One kind of damage each: our check must find it, fsck.fat must agree that it is damage, and nothing may be edited.</summary>
public sealed class FatCheckTests
{
    private static readonly Dictionary<string, (Action<FatImage> Damage, string Problem)> Cases = new()
    {
        ["lost"] = (i => i.SetEntry(Free(i), 0xFFFF_FFFF & Mask(i)), "1 clusters from"),
        ["cross-link"] = (i => i.SetEntry(i.FirstCluster("other.bin"), i.FirstCluster(FatImage.LongName) + 2), "belongs to another chain"),
        ["loop"] = (i => i.SetEntry(i.FirstCluster("other.bin") + 2, i.FirstCluster("other.bin")), "loops"),
        ["free-in-chain"] = (i => i.SetEntry(i.FirstCluster("other.bin"), 0), "is 0, expected"),
        ["out-of-range"] = (i => i.SetEntry(i.FirstCluster("other.bin"), i.Volume.Boot.ClusterCount + 2), "expected 2 to"),
        ["short-chain"] = (i => i.SetEntry(i.FirstCluster("other.bin"), 0xFFFF_FFFF & Mask(i)), "needs 3"),
        ["long-chain"] = (i => i.PatchRecord("other.bin", r => r.FileSize = 1), "more than 2 clusters"),
        ["size-without-chain"] = (i => i.PatchRecord("empty", r => r.FileSize = 10), "needs 1"),
        ["chain-without-size"] = (i => i.PatchRecord("CMDLINE.TXT", r => r.FileSize = 0), "needs 0"),
        ["first-cluster"] = (i => i.PatchRecord("other.bin", r => r.SetFirstCluster(i.Volume.Boot.Type, i.Volume.Boot.ClusterCount + 7)), "expected 2 to"),
        ["same-chain"] = (i => i.PatchRecord("other.bin", r => r.SetFirstCluster(i.Volume.Boot.Type, i.FirstCluster("CMDLINE.TXT"))), "belongs to another chain"),
        ["directory-loop"] = (i => i.PatchDirectory("overlays", 0x40 + 26, BitConverter.GetBytes((ushort)i.FirstCluster("overlays"))), "belongs to another chain"),
        ["tables-differ"] = (i => i.Bytes[i.Volume.Table.TableStart(i.Volume.Boot.TableCount - 1) + 3000 % i.Volume.Table.UsedBytes] ^= 1, "differs from FAT 1"),
        ["dot"] = (i => i.PatchDirectory("overlays", 26, 0, 0), "'.' is at cluster 0"),
        ["dotdot"] = (i => i.PatchDirectory("overlays", 32 + 26, 77, 0), "'..' is at cluster 77"),
        ["no-dots"] = (i => i.PatchDirectory("overlays", 0, 0xE5), "does not start with '.'"),
        ["orphan-by-checksum"] = (i => i.PatchDirectory("", i.Directory().Find(FatImage.LongName)!.Start + 13, 0), "belongs to no entry"),
        ["orphan-by-order"] = (i => i.PatchDirectory("", i.Directory().Find(FatImage.LongName)!.Start, 0x43), "belongs to no entry"),
        ["orphan-by-deletion"] = (i => i.PatchDirectory("", i.Directory().Find(FatImage.LongName)!.Offset, 0xE5), "belongs to no entry"),
        ["same-short-name"] = (i => i.PatchRecord("other.bin", r => "EMPTY      "u8.CopyTo(r.Raw)), "same short name"),
        ["bad-in-chain"] = (i => i.SetEntry(i.FirstCluster("other.bin") + 1, i.Volume.Table.Bad), "marked bad"),
    };

    public static TheoryData<int, string> Damages
    {
        get
        {
            TheoryData<int, string> data = [];
            foreach (string name in Cases.Keys)
            {
                data.Add(12, name);
                data.Add(16, name);
                data.Add(32, name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_IsFoundAndNotEdited(int bits, string name)
    {
        FatImage image = FatImage.Of(bits);
        if (name == "tables-differ" && image.Volume.Boot.TableCount == 1)
        {
            return;
        }

        Cases[name].Damage(image);
        byte[] before = [.. image.Bytes];

        IReadOnlyList<string> problems = FatCheck.Verify(image.Device);
        problems.ShouldContain(problem => problem.Contains(Cases[name].Problem), string.Join('\n', problems));
        Should.Throw<UnsupportedImageException>(() => image.Edit()).Kind.ShouldBe(UnsupportedKind.NeedsRepair);
        Should.Throw<CorruptImageException>(() => image.Read().UnusedRanges());
        image.ShouldStillBe(before);

        // fsck.fat does not look at a first '.' that is deleted, and repairs a wrong ".." without a word about other clusters.
        using ScratchFolder scratch = new();
        if (name is not ("no-dots" or "dot" or "dotdot"))
        {
            FsckFat.Complaints(image.Save(scratch)).ShouldNotBeEmpty();
        }
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void EntryBehindTheEndMark_IsFound(int bits)
    {
        FatImage image = FatImage.Of(bits);
        image.PatchDirectory("overlays", 0x100, [.. "HIDDEN  TXT"u8, 0x20]);

        FatCheck.Verify(image.Device).ShouldContain(problem => problem.Contains("behind the end mark"));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void SoundImage_HasNoProblems(int bits) => FatCheck.Verify(FatImage.Of(bits).Device).ShouldBeEmpty();

    [Fact]
    public void DirtyMarks_AreToldAndKept_AndDoNotPreventEditing()
    {
        foreach (int bits in new[] { 16, 32 })
        {
            FatImage image = FatImage.Of(bits);
            image.Bytes[bits == 32 ? BootSector.Offsets.State32 : BootSector.Offsets.State16] = 1;
            image.Read().Summary.Features.ShouldContain("dirty");
            IFileSystem files = image.Edit();
            files.CreateFile(files.Root, "new.txt", new NodeAttributes(0x1A4), "x"u8);
            files.Flush();
            image.Read().Summary.Features.ShouldContain("dirty");
            FatCheck.Verify(image.Device).ShouldBeEmpty();

            FatImage other = FatImage.Of(bits);
            other.Read().Summary.Features.ShouldNotContain("dirty");
            other.SetEntry(1, bits == 32 ? 0x07FF_FFFFu : 0x7FFF);
            other.Read().Summary.Features.ShouldContain("dirty");
            other.Edit().Summary.Features.ShouldContain("dirty");
        }
    }

    private static uint Mask(FatImage image) => image.Volume.Table.EndOfChain;

    private static uint Free(FatImage image) => image.Volume.ReadFreeClusters().NextSet(100);
}
