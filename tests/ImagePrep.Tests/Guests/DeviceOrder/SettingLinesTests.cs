using ImagePrep.Guests.DeviceOrder;

namespace ImagePrep.Tests.Guests.DeviceOrder;

public sealed class SettingLinesTests
{
    [Theory]
    [InlineData("/dev/sda1", true)]
    [InlineData("/dev/sda", true)]
    [InlineData("/dev/sdab12", true)]
    [InlineData("/dev/hdc", true)]
    [InlineData("/dev/vda2", true)]
    [InlineData("/dev/xvda1", true)]
    [InlineData("/dev/nvme0n1", true)]
    [InlineData("/dev/nvme10n2p15", true)]
    [InlineData("/dev/mmcblk0p2", true)]
    [InlineData("/dev/mmcblk1", true)]
    [InlineData("root=/dev/sda1", true)]
    [InlineData("cryptopts=target=x,source=/dev/sda2,lvm=y", true)]
    [InlineData("UUID=1234-ABCD", false)]
    [InlineData("PARTUUID=0f6dd1b4-02", false)]
    [InlineData("/dev/disk/by-uuid/sda1", false)]
    [InlineData("/dev/mapper/vg-sda1", false)]
    [InlineData("/dev/vg/root", false)]
    [InlineData("/dev/md0", false)]
    [InlineData("/dev/sda1/x", false)]
    [InlineData("/mnt/dev/sda1", false)]
    [InlineData("/dev/sda1x", false)]
    [InlineData("/dev/nvme0", false)]
    [InlineData("/dev/sda1p1", false)]
    [InlineData("/dev/sd", false)]
    [InlineData("/dev/sd1", false)]
    [InlineData("/dev/mmcblk0rpmb", false)]
    [InlineData("x=/dev/y,/dev/vdb", true)]
    [InlineData("/dev/SDA1", false)]
    [InlineData("console=ttyS0,115200", false)]
    public void Name_OfKernel_IsTold(string word, bool byOrder) => DeviceOrderName.IsOfKernel(word).ShouldBe(byOrder);

    [Theory]
    [InlineData("(hd0,1)/boot/vmlinuz", true)]
    [InlineData("(hd0)", true)]
    [InlineData("root=hd0,msdos1", true)]
    [InlineData("root=(hd1,gpt2)", true)]
    [InlineData("hd0", true)]
    [InlineData("(lvm/vg-root)", false)]
    [InlineData("part_msdos", false)]
    [InlineData("shd0,1", false)]
    [InlineData("hd", false)]
    [InlineData("hd,1", false)]
    [InlineData("hdd=hd12", true)]
    [InlineData("/hd0/x", false)]
    public void Name_OfGrub_IsTold(string word, bool byOrder) => DeviceOrderName.IsOfGrub(word).ShouldBe(byOrder);

    [Fact]
    public void FileSystemTable_OnlySourcesCount() => SettingLines.FileSystemTable(
        "# /dev/sda1 / ext4\nUUID=x / ext4 defaults\n\n\"/dev/sda2\"\tnone\tswap sw\nLABEL=a /dev/sda ext4 defaults\n").ShouldBe([new(4, "/dev/sda2")]);

    [Fact]
    public void EncryptedDevices_DeviceKeyAndHeaderCount() => SettingLines.EncryptedDevices(
        "/dev/sda1 UUID=x none luks\n# /dev/sda2 /dev/sda2\na /dev/sdb1 none luks\r\nb UUID=y /key:/dev/sdc luks,header=/dev/sdd\n")
        .ShouldBe([new(3, "/dev/sdb1"), new(4, "/key:/dev/sdc"), new(4, "luks,header=/dev/sdd")]);

    [Fact]
    public void DeviceMap_DisksByNodeCount() => SettingLines.DeviceMap(
        "# (hd0) /dev/sda\n(hd0)\t/dev/sda\n(hd1)  /dev/disk/by-id/ata-x\n(fd0) /dev/fd0\n").ShouldBe([new(2, "(hd0) /dev/sda")]);

    [Theory]
    [InlineData("console=serial0,115200 root=/dev/mmcblk0p2 rootwait", "root=/dev/mmcblk0p2")]
    [InlineData("options root=/dev/vda2 ro resume=/dev/vda3", "root=/dev/vda2|resume=/dev/vda3")]
    [InlineData("\tAPPEND initrd=/initrd root=UUID=x resume=\"/dev/sda2\"\r", "resume=/dev/sda2")]
    [InlineData("title Linux on /dev/sda1", "")]
    [InlineData("options root=PARTUUID=0f6dd1b4-02 cryptdevice=/dev/sda2:root", "cryptdevice=/dev/sda2:root")]
    [InlineData("# root=/dev/sda1", "")]
    public void KernelParameters_ThatNameADevice_Count(string line, string found) => Texts(SettingLines.KernelParameters(line)).ShouldBe(found);

    [Theory]
    [InlineData("GRUB_CMDLINE_LINUX=\"root=/dev/sda1 quiet resume=/dev/sda2\" # root=/dev/sda3", "root=/dev/sda1|resume=/dev/sda2")]
    [InlineData("GRUB_CMDLINE_LINUX_DEFAULT+=' quiet root=/dev/sda1'", "root=/dev/sda1")]
    [InlineData("export GRUB_DISABLE_LINUX_UUID=\"true\"", "GRUB_DISABLE_LINUX_UUID=true")]
    [InlineData("GRUB_DISABLE_UUID=true", "GRUB_DISABLE_UUID=true")]
    [InlineData("#GRUB_DISABLE_LINUX_UUID=true", "")]
    [InlineData("GRUB_DISABLE_LINUX_UUID=false", "")]
    [InlineData("RESUME=/dev/sda2", "RESUME=/dev/sda2")]
    [InlineData("RESUME=UUID=x", "")]
    [InlineData("What=/dev/sdb1", "What=/dev/sdb1")]
    [InlineData("kernelopts=root=/dev/vda1 ro", "root=/dev/vda1")]
    [InlineData("quiet splash root=/dev/sda1\"", "root=/dev/sda1")]
    [InlineData("[Mount]", "")]
    [InlineData("=/dev/sda1", "")]
    public void Assignments_WhoseValueNamesADevice_Count(string line, string found) => Texts(SettingLines.Assignments(line)).ShouldBe(found);

    private static string Texts(IEnumerable<NamedDevice> devices) => string.Join('|', devices.Select(device => device.Text));
}
