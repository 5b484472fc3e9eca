using System.Buffers.Binary;
using ImagePrep.Initramfs;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Initramfs;

public sealed class InitramfsScanTests
{
    private const string MachineId = "0123456789abcdef0123456789abcdef\n";

    private static CpioArchive WithKey => new CpioArchive().Add("etc/dropbear/dropbear_rsa_host_key", "key").End();

    [Theory]
    [InlineData("/boot/initrd.img-6.1.0-1-amd64")]
    [InlineData("/boot/initramfs-5.14.0.el9.x86_64.img")]
    [InlineData("/boot/initramfs-linux-fallback.img")]
    [InlineData("/boot/initramfs-virt")]
    [InlineData("/boot/initrd-6.4.0-default")]
    [InlineData("/boot/firmware/initramfs8")]
    [InlineData("/boot/0123456789abcdef0123456789abcdef/6.1.0/initrd")]
    [InlineData("/boot/efi/0123456789abcdef0123456789abcdef/6.1.0/initrd.img")]
    [InlineData("/efi/0123456789abcdef0123456789abcdef/6.1.0/initrd")]
    [InlineData("/boot/ostree/fedora-12ab/initramfs-6.8.img")]
    [InlineData("/boot/initramfs-6.1kdump.img")]
    [InlineData("/var/lib/kdump/initrd.img-6.1")]
    [InlineData("/usr/lib/modules/6.8.0/initramfs.img")]
    [InlineData("/initrd.gz")]
    public void Find_WhereverADistributionKeepsIt_FindsIt(string path)
    {
        InitramfsGuest guest = new();
        guest.Put(path, WithKey.ToGzip());

        guest.Find().ShouldHaveSingleItem().File.Path.ToString().ShouldBe(path);
        guest.Matches().ShouldBe(["initramfs-dropbear-keys etc/dropbear/dropbear_rsa_host_key 3"]);
    }

    [Fact]
    public void Find_LinksAndFolders_AreNotTakenForAnother()
    {
        InitramfsGuest guest = new(WithKey.ToGzip());
        guest.FileSystem.AddLink("/boot/initrd.img", "initrd.img-6.1.0");
        guest.FileSystem.AddLink("/initrd.img", "boot/initrd.img-6.1.0");
        guest.FileSystem.AddDirectory("/boot/initrd-tools");
        guest.Put("/boot/initrd.empty", []);

        guest.Find().ShouldHaveSingleItem();
    }

    [Fact]
    public void Find_EveryEntryOfTheCatalog_IsFoundInBothWaysOfWritingNames()
    {
        foreach (InitramfsEntry entry in InitramfsCatalog.All)
        {
            foreach (string member in entry.Members)
            {
                string name = member.Replace("*", "x", StringComparison.Ordinal);
                foreach (string prefix in (string[])["", "./", "/"])
                {
                    InitramfsGuest guest = new(new CpioArchive().Add("etc/fstab", "").Add(prefix + name, MachineId).End().ToArray());

                    guest.Matches().ShouldBe([$"{entry.Id} {name} 33"]);
                }
            }
        }
    }

    [Theory]
    [InlineData("etc/machine-id", "uninitialized\n")]
    [InlineData("etc/machine-id", "")]
    [InlineData("etc/dropbear/dropbear.conf", "x")]
    [InlineData("etc/dropbear/dropbear_rsa_host_key", "")]
    [InlineData("usr/etc/machine-id", MachineId)]
    public void Find_WhatTellsNothing_IsNotFound(string name, string content) =>
        new InitramfsGuest(new CpioArchive().Add(name, content).End().ToArray()).Matches().ShouldBeEmpty();

    [Fact]
    public void Find_LinkOrFolderOfThatName_IsNotFound() => new InitramfsGuest(
        new CpioArchive().AddLink("etc/machine-id", "../run/a-machine-id-elsewhere-in-the-tree").AddDirectory("etc/hostid").End().ToArray()).Matches().ShouldBeEmpty();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Find_OneOfSeveralNames_IsFoundWhicheverCarriesTheContent(bool contentIsLast)
    {
        CpioArchive archive = new CpioArchive()
            .Add("etc/dropbear/dropbear_rsa_host_key", contentIsLast ? "" : "key", inode: 77, links: 2)
            .Add("etc/other", contentIsLast ? "key" : "", inode: 77, links: 2)
            .End();

        InitramfsMatch match = new InitramfsGuest(archive.ToArray()).Find().Single().Matches.ShouldHaveSingleItem();

        (match.Name, match.Size).ShouldBe(("etc/dropbear/dropbear_rsa_host_key", 3));
        match.Members.Count.ShouldBe(2);
    }

    [Fact]
    public void Find_SameInodeInTheNextArchive_IsAnotherFile()
    {
        CpioArchive archive = new CpioArchive()
            .Add("etc/dropbear/dropbear_rsa_host_key", "key", inode: 77, links: 2).End()
            .Add("etc/other", "other", inode: 77, links: 2).End();

        new InitramfsGuest(archive.ToArray()).Find().Single().Matches.ShouldHaveSingleItem().Members.ShouldHaveSingleItem();
    }

    [Fact]
    public void Find_NameThatDisturbsATerminal_IsShownEscaped() =>
        new InitramfsGuest(new CpioArchive().Add("etc/dropbear/\u001b[2J_host_key", "key").ToArray()).Matches()
            .ShouldBe(["initramfs-dropbear-keys etc/dropbear/\\x1b[2J_host_key 3"]);

    [Fact]
    public void Find_UnreadableRest_KeepsWhatWasFoundBefore()
    {
        InitramfsGuest guest = new([.. WithKey.Pad(512).ToArray(), 0xFD, (byte)'7', (byte)'z']);

        InitramfsArchive archive = guest.Find().ShouldHaveSingleItem();

        archive.Obstacle.ShouldContain("compressed with xz");
        archive.Matches.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("/boot/efi/EFI/Linux/debian-6.1.efi")]
    [InlineData("/boot/EFI/Linux/arch.efi")]
    [InlineData("/efi/EFI/Linux/arch.efi")]
    public void Find_UnifiedKernelImage_LooksIntoItsSection(string path)
    {
        InitramfsGuest guest = new();
        guest.Put(path, UnifiedKernel.With(WithKey.ToZstd()));

        guest.Find().ShouldHaveSingleItem().IsUnifiedKernelImage.ShouldBeTrue();
        guest.Matches().ShouldBe(["initramfs-dropbear-keys etc/dropbear/dropbear_rsa_host_key 3"]);
    }

    [Fact]
    public void Find_ProgramsWithoutOrWithWrongSections_TellsWhatIsWrong()
    {
        byte[] good = UnifiedKernel.With(WithKey.ToZstd());
        byte[] outside = [.. good];
        BinaryPrimitives.WriteUInt32LittleEndian(outside.AsSpan(UnifiedKernel.PlaceField), 1 << 20);
        InitramfsGuest guest = new();
        guest.Put("/efi/EFI/Linux/a.efi", UnifiedKernel.With([1, 2, 3], ".linux"));
        guest.Put("/efi/EFI/Linux/b.efi", outside);
        guest.Put("/efi/EFI/Linux/c.efi", [.. good[..90]]);
        guest.Put("/efi/EFI/Linux/d.efi", [.. "no program"u8]);

        guest.Find().Select(archive => (archive.File.Path.Name.ToString(), archive.Obstacle.Length > 0))
            .ShouldBe([("b.efi", true), ("c.efi", true), ("d.efi", true)]);
    }

    [Fact]
    public void Find_MoreFilesThanAnyGuestHas_IsRefused()
    {
        InitramfsGuest guest = new();
        for (int i = 0; i <= InitramfsLimits.MaxArchives; i++)
        {
            guest.Put($"/boot/initrd.{i}", [0]);
        }

        Should.Throw<UnsupportedImageException>(() => guest.Find()).Kind.ShouldBe(UnsupportedKind.Limit);
    }

    [Fact]
    public void Catalog_EveryEntry_SaysWhatWhyAndWhere()
    {
        InitramfsCatalog.All.Select(entry => entry.Id).ShouldBeUnique();
        foreach (InitramfsEntry entry in InitramfsCatalog.All)
        {
            entry.Why.ShouldEndWith(".", customMessage: entry.Id);
            entry.Source.ShouldNotBeEmpty(entry.Id);
            entry.Members.ShouldAllBe(member => !member.StartsWith('/'), entry.Id);
            (entry.Secret.Length == 0 || entry.Action == InitramfsAction.Remove).ShouldBeTrue(entry.Id);
        }
    }

    [Theory]
    [InlineData("- id: a\n  member: [etc/x]\n  action: remove\n")]
    [InlineData("- id: a\n  members: [etc/x]\n  action: burn\n")]
    [InlineData("- id: a\n  members: [etc/x]\n")]
    public void Catalog_MisspeltEntry_Throws(string yaml) => Should.Throw<Exception>(() => InitramfsCatalog.Parse(yaml));
}
