using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>
/// Node images and a bare golden image, booted through GRUB on a machine without any hardware random generator, and questioned over the console.
/// </summary>
public sealed class BootTests(PreparedDebian debian) : IClassFixture<PreparedDebian>
{
    [Fact]
    public void Nodes_BootWithSeedsAndKeysOfTheirOwn()
    {
        OutsideTool.Require("qemu-system-x86_64", "qemu-img");
        string alphaDisk = DiskWithDebugLog("alpha");
        BootedGuest alpha = Boot(alphaDisk, uuid: null);
        BootedGuest beta = Boot(DiskWithDebugLog("beta"), PreparedDebian.BoundUuid);

        foreach ((BootedGuest guest, string name) in (ReadOnlySpan<(BootedGuest, string)>)[(alpha, "alpha"), (beta, "beta")])
        {
            guest.HostName.ShouldBe(name);
            ShouldBeOrdered(guest);
            guest.MixStatus.ShouldContain("credit=yes");
            guest.SeedLog.ShouldNotContain("not crediting");
            guest.Times["pool-ready"].ShouldBeInRange(guest.Times["seed-start"] - 1000, guest.Times["seed-end"]);
        }

        alpha.MixStatus.ShouldContain("reason=not-bound");
        beta.MixStatus.ShouldContain("reason=bound");
        alpha.MachineId.ShouldNotBe(beta.MachineId);
        alpha.SeedDigest.ShouldNotBe(beta.SeedDigest);
        alpha.Keys.Keys.ShouldBe(beta.Keys.Keys, ignoreOrder: true);
        alpha.Keys.Values.Intersect(beta.Keys.Values).ShouldBeEmpty();

        BootedGuest again = Boot(alphaDisk, uuid: null);
        again.Keys.OrderBy(key => key.Key).ShouldBe(alpha.Keys.OrderBy(key => key.Key));
        again.MachineId.ShouldBe(alpha.MachineId);
        again.SeedDigest.ShouldNotBe(alpha.SeedDigest);
        ShouldBeOrdered(again);
    }

    [Fact]
    public void NodeOnAnotherMachine_IsMixedNotCredited()
    {
        BootedGuest elsewhere = Boot(DiskWithDebugLog("beta"), Guid.Parse("11111111-2222-3333-4444-555555555555"));

        elsewhere.MixStatus.ShouldContain("mix=ok");
        elsewhere.MixStatus.ShouldContain("credit=no reason=other-uuid");
        elsewhere.SeedLog.ShouldContain("not crediting");
        ShouldBeOrdered(elsewhere);
    }

    [Fact]
    public void BareGoldenImage_BootsSafely()
    {
        string disk = debian.ToRaw(debian.Golden, "bare.raw");
        AddDebugLog(disk);
        BootedGuest golden = Boot(disk, uuid: null);

        golden.MachineId.ShouldMatch("^[0-9a-f]{32}$");
        golden.FirstBoot.ShouldBeFalse();
        golden.MixStatus.ShouldContain("credit=no reason=not-stamped");
        golden.SeedLog.ShouldContain("not crediting");
        ShouldBeOrdered(golden);
    }

    private static void ShouldBeOrdered(BootedGuest guest)
    {
        IReadOnlyDictionary<string, long> times = guest.Times;
        times["mixed"].ShouldBeGreaterThan(0);
        times["mixed"].ShouldBeLessThanOrEqualTo(times["seed-start"]);
        times["pool-ready"].ShouldBeLessThanOrEqualTo(times["keygen-end"]);
        times["seed-end"].ShouldBeLessThanOrEqualTo(times["keygen-start"]);
        times["keygen-end"].ShouldBeLessThanOrEqualTo(times["ssh-start"]);
        guest.Keys.Count.ShouldBe(8);
        guest.SshBanner.ShouldStartWith("SSH-2.0-OpenSSH");
        guest.Cycles.ShouldBeEmpty();
        guest.FailedUnits.ShouldBeEmpty();
    }

    private static BootedGuest Boot(string disk, Guid? uuid)
    {
        using QemuGuest guest = QemuGuest.Start(new QemuOptions { Image = disk, Snapshot = false, Uuid = uuid });
        BootedGuest look = BootedGuest.Look(guest);
        guest.ConsoleLog.ShouldContain("GNU GRUB");
        guest.Shutdown();
        return look;
    }

    private string DiskWithDebugLog(string node)
    {
        string disk = debian.ToRaw(debian.Node(node), $"{node}-{Guid.NewGuid():N}.raw");
        AddDebugLog(disk);
        return disk;
    }

    /// <summary>
    /// Services say at debug level whether a seed is credited, so the kernel command line in grub.cfg gets one word more. Nothing else of the image is
    /// touched. The edit is made with the engine under test, which the boot then judges as well.
    /// </summary>
    private static void AddDebugLog(string disk)
    {
        using FileDevice device = new(disk);
        Partition boot = PartitionTable.Read(device).Partitions[0];
        IFileSystem fileSystem = ExtFileSystem.OpenForEditing(new BlockDeviceSlice(device, boot.Range), new UnixTime(1_700_000_000));
        fileSystem.TryLookup(fileSystem.Root, "grub", out NodeId grub).ShouldBeTrue();
        fileSystem.TryLookup(grub, "grub.cfg", out NodeId configuration).ShouldBeTrue();
        byte[] content = new byte[fileSystem.Stat(configuration).Size];
        fileSystem.Read(configuration, 0, content);
        string text = System.Text.Encoding.UTF8.GetString(content);
        string changed = text.Replace("console=ttyS0", "console=ttyS0 systemd.setenv=SYSTEMD_LOG_LEVEL=debug", StringComparison.Ordinal);
        changed.ShouldNotBe(text);
        fileSystem.WriteContent(configuration, System.Text.Encoding.UTF8.GetBytes(changed));
        fileSystem.Flush();
    }
}
