using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests;

public sealed class GuestFinderTests
{
    [Theory]
    [InlineData("UUID=00000000-0000-0000-0000-0000000000B0")]
    [InlineData("PARTUUID=cafe-01")]
    [InlineData("/dev/vda1")]
    [InlineData("/dev/nvme0n1p1")]
    [InlineData("/dev/disk/by-uuid/00000000-0000-0000-0000-0000000000b0")]
    [InlineData("LABEL=the\\040boot")]
    [InlineData("\"LABEL=the\\040boot\"")]
    [InlineData("PARTLABEL=BOOT")]
    [InlineData("/dev/disk/by-partlabel/BOOT")]
    public void FindMounts_BootByAnyName_IsMountedWhereFstabSays(string source)
    {
        MemoryFileSystem root = Root($"{source} /boot ext3 defaults 0 2\nUUID=x none swap sw 0 0\n");
        MemoryFileSystem boot = new() { Uuid = "00000000-0000-0000-0000-0000000000b0", Label = "the boot" };
        boot.Add("/vmlinuz", "kernel");
        root.AddDirectory("/boot");

        IReadOnlyList<Mount> mounts = GuestFinder.FindMounts([Candidate(2, root, "cafe-02"), Candidate(1, boot, "cafe-01", "BOOT")]);

        mounts.Select(mount => (mount.Point.ToString(), mount.PartitionNumber)).ShouldBe([("/", 2), ("/boot", 1)]);
        new GuestTree(mounts).ReadText("/boot/vmlinuz").ShouldBe("kernel");
    }

    [Theory]
    [InlineData("tmpfs /tmp tmpfs nosuid 0 0")]
    [InlineData("/mnt/data/srv /srv none bind 0 0")]
    [InlineData("UUID= /boot ext4 defaults 0 2")]
    [InlineData("LABEL= /boot ext4 defaults 0 2")]
    [InlineData("PARTLABEL= /boot ext4 defaults 0 2")]
    [InlineData("/dev/sda9 /boot ext4 defaults 0 2")]
    [InlineData("/dev/vda /boot ext4 defaults 0 2")]
    [InlineData("/dev/vda1 relative ext4 defaults 0 2")]
    [InlineData("/dev/vda1 / ext4 defaults 0 2")]
    public void FindMounts_LinesThatMountNothingOfTheDisk_AreIgnored(string line) =>
        GuestFinder.FindMounts([Candidate(2, Root(line + "\n"), ""), Candidate(1, new MemoryFileSystem { Uuid = "" }, "")]).ShouldHaveSingleItem();

    [Fact]
    public void FindMounts_MountPointThatNoFolderCanHave_IsIgnored()
    {
        string tooLong = new('x', 256);

        GuestFinder.FindMounts([Candidate(2, Root($"/dev/vda1 /{tooLong} ext4 defaults 0 2\n"), ""), Candidate(1, new MemoryFileSystem(), "")]).ShouldHaveSingleItem();
    }

    [Fact]
    public void FindMounts_NoRoot_IsUnsupported() =>
        Should.Throw<UnsupportedImageException>(() => GuestFinder.FindMounts([Candidate(1, new MemoryFileSystem(), "")])).Kind.ShouldBe(UnsupportedKind.Format);

    [Fact]
    public void FindMounts_TwoRoots_AreNotGuessedBetween() =>
        Should.Throw<UnsupportedImageException>(() => GuestFinder.FindMounts([Candidate(1, Root(""), ""), Candidate(2, Root(""), "")]))
            .Message.ShouldContain("several partitions");

    [Theory]
    [InlineData("252.39-1~deb12u1", 252)]
    [InlineData("v252", 0)]
    [InlineData("99999999999-1", 0)]
    public void Describe_SystemdVersion_ComesFromThePackage(string version, int expected)
    {
        MemoryFileSystem root = Root("");
        root.Add("/var/lib/dpkg/status", $"Package: systemd\nStatus: install ok installed\nVersion: {version}\n");

        GuestFinder.Describe(new GuestTree(GuestFinder.FindMounts([Candidate(1, root, "")]))).Init.ShouldBe(new InitSystem("systemd", expected));
    }

    private static MemoryFileSystem Root(string fstab)
    {
        MemoryFileSystem root = new();
        root.Add("/etc/os-release", "ID=debian\n");
        root.Add("/usr/lib/systemd/systemd", "elf");
        root.Add("/etc/fstab", fstab);
        return root;
    }

    private static FileSystemCandidate Candidate(int number, MemoryFileSystem fileSystem, string partitionUuid, string partitionName = "") =>
        new(new Mount(GuestPath.Root, number, new ByteRange(number << 20, 1 << 20), fileSystem), partitionUuid, partitionName);
}
