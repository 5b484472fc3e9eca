using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests.DeviceOrder;

public sealed class DeviceOrderReferencesTests
{
    private readonly MemoryFileSystem _root = new();

    /// <summary>One file of each kind at each of its usual places.</summary>
    [Theory]
    [InlineData("/etc/fstab", "/dev/sda1 / ext4")]
    [InlineData("/etc/crypttab", "x /dev/sda1")]
    [InlineData("/etc/default/grub", "GRUB_DISABLE_LINUX_UUID=true")]
    [InlineData("/etc/default/grub.d/50-cloud.cfg", "GRUB_CMDLINE_LINUX=root=/dev/sda1")]
    [InlineData("/etc/kernel/cmdline", "root=/dev/sda1")]
    [InlineData("/etc/initramfs-tools/conf.d/resume", "RESUME=/dev/sda2")]
    [InlineData("/etc/systemd/system/srv.mount", "[Mount]\nWhat=/dev/sdb1")]
    [InlineData("/boot/grub/grub.cfg", "set root=hd0,1")]
    [InlineData("/boot/grub2/grub.cfg", "linux /x root=/dev/sda1")]
    [InlineData("/boot/grub2/grubenv", "kernelopts=root=/dev/sda1")]
    [InlineData("/boot/efi/EFI/fedora/grub.cfg", "set root=hd0,1")]
    [InlineData("/boot/grub/device.map", "(hd0) /dev/sda")]
    [InlineData("/boot/grub2/device.map", "(hd0) /dev/sda")]
    [InlineData("/boot/loader/entries/a.conf", "options root=/dev/sda1")]
    [InlineData("/boot/efi/loader/entries/a.conf", "options root=/dev/sda1")]
    [InlineData("/efi/loader/entries/a.conf", "options root=/dev/sda1")]
    [InlineData("/boot/extlinux/extlinux.conf", "APPEND root=/dev/sda1")]
    [InlineData("/boot/syslinux/syslinux.cfg", "APPEND root=/dev/sda1")]
    [InlineData("/extlinux.conf", "APPEND root=/dev/sda1")]
    [InlineData("/syslinux/syslinux.cfg", "APPEND root=/dev/sda1")]
    [InlineData("/boot/cmdline.txt", "root=/dev/mmcblk0p2")]
    [InlineData("/boot/firmware/cmdline.txt", "root=/dev/mmcblk0p2")]
    public void File_ThatNamesADiskByOrder_IsFound(string path, string text)
    {
        _root.Add(path, text + "\n");

        DeviceOrderReference found = Find().ShouldHaveSingleItem();

        found.File.ShouldBe(path);
        found.Line.ShouldBe(1 + text.Count(letter => letter == '\n'));
        found.Instead.ShouldNotBeEmpty();
    }

    [Fact]
    public void FileUnderTwoNames_IsReadOnce()
    {
        _root.Add("/boot/grub2/grub.cfg", "set root=hd0,1\n");
        _root.AddLink("/boot/grub", "grub2");
        _root.AddLink("/boot/loader", "/nowhere");

        Find().ShouldHaveSingleItem().File.ShouldBe("/boot/grub2/grub.cfg");
    }

    [Fact]
    public void Findings_OfOneFile_AreBounded()
    {
        _root.Add("/etc/fstab", string.Concat(Enumerable.Repeat("/dev/sda1 /x ext4\n", 5000)));

        IReadOnlyList<DeviceOrderReference> found = Find();

        found.Count.ShouldBe(DeviceOrderReferences.MaxReferences + 1);
        found[^1].Line.ShouldBe(DeviceOrderReferences.MaxReferences + 1);
        found[^1].Reference.ShouldBe("and more from here on");
    }

    [Fact]
    public void LargeFile_IsToldAndNotRead()
    {
        _root.Add("/boot/grub/grub.cfg", "set root=hd0,1\n" + new string('#', DeviceOrderReferences.MaxFileBytes));

        DeviceOrderReference found = Find().ShouldHaveSingleItem();

        found.Where().ShouldBe("/boot/grub/grub.cfg");
        found.Reference.ShouldStartWith("not looked into");
    }

    [Fact]
    public void ManyFiles_AreToldAndNotRead()
    {
        for (int i = 0; i < DeviceOrderReferences.MaxFiles + 40; i++)
        {
            _root.Add($"/boot/loader/entries/{i:0000}.conf", "options root=/dev/sda1\n");
        }

        IReadOnlyList<DeviceOrderReference> found = Find();

        found.Count.ShouldBe(DeviceOrderReferences.MaxFiles + 1);
        found[^1].File.ShouldBe($"/boot/loader/entries/{DeviceOrderReferences.MaxFiles:0000}.conf");
        found[^1].Reference.ShouldStartWith("not looked into");
    }

    [Fact]
    public void TextOfTheGuest_IsMadePrintableAndShort()
    {
        _root.Add("/boot/loader/entries/\u001b[31m.conf", $"options cryptdevice=/dev/sda1:\u001b[31m{new string('x', 3000)}\n");

        DeviceOrderReference found = Find().ShouldHaveSingleItem();

        found.Where().ShouldBe("/boot/loader/entries/\\x1b[31m.conf, line 1");
        found.Reference.ShouldStartWith("cryptdevice=/dev/sda1:\\x1b[31mxxx");
        found.Reference.Length.ShouldBeLessThan(250);
    }

    [Fact]
    public void LinksAndFolders_InPlaceOfFiles_AreNothing()
    {
        _root.AddDirectory("/etc/fstab");
        _root.AddLink("/etc/crypttab", "fstab");
        _root.AddLink("/etc/kernel", "fstab/none");

        Find().ShouldBeEmpty();
    }

    private IReadOnlyList<DeviceOrderReference> Find() =>
        DeviceOrderReferences.In(new GuestTree([new Mount(GuestPath.Root, 1, new ByteRange(0, 1L << 30), _root)]), []);
}
