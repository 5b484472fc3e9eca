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
        BootedGuest alpha = BootedGuest.Boot(alphaDisk, uuid: null);
        BootedGuest beta = BootedGuest.Boot(DiskWithDebugLog("beta"), PreparedDebian.BoundUuid);

        foreach ((BootedGuest guest, string name) in (ReadOnlySpan<(BootedGuest, string)>)[(alpha, "alpha"), (beta, "beta")])
        {
            guest.HostName.ShouldBe(name);
            guest.ShouldBeInOrder();
            guest.ShouldHaveCreditedItsSeed();
        }

        alpha.MixStatus.ShouldContain("reason=not-bound");
        beta.MixStatus.ShouldContain("reason=bound");
        alpha.MachineId.ShouldNotBe(beta.MachineId);
        alpha.SeedDigest.ShouldNotBe(beta.SeedDigest);
        alpha.Keys.Keys.ShouldBe(beta.Keys.Keys, ignoreOrder: true);
        alpha.Keys.Values.Intersect(beta.Keys.Values).ShouldBeEmpty();

        BootedGuest again = BootedGuest.Boot(alphaDisk, uuid: null);
        again.Keys.OrderBy(key => key.Key).ShouldBe(alpha.Keys.OrderBy(key => key.Key));
        again.MachineId.ShouldBe(alpha.MachineId);
        again.SeedDigest.ShouldNotBe(alpha.SeedDigest);
        again.ShouldBeInOrder();
    }

    [Fact]
    public void NodeOnAnotherMachine_IsMixedNotCredited()
    {
        BootedGuest elsewhere = BootedGuest.Boot(DiskWithDebugLog("beta"), Guid.Parse("11111111-2222-3333-4444-555555555555"));

        elsewhere.MixStatus.ShouldContain("mix=ok");
        elsewhere.MixStatus.ShouldContain("credit=no reason=other-uuid");
        elsewhere.SeedLog.ShouldContain("not crediting");
        elsewhere.ShouldBeInOrder();
    }

    [Fact]
    public void BareGoldenImage_BootsSafely()
    {
        string disk = debian.ToRaw(debian.Golden, "bare.raw");
        DebugLog.AddTo(disk);
        BootedGuest golden = BootedGuest.Boot(disk, uuid: null);

        golden.MachineId.ShouldMatch("^[0-9a-f]{32}$");
        golden.FirstBoot.ShouldBeFalse();
        golden.MixStatus.ShouldContain("credit=no reason=not-stamped");
        golden.SeedLog.ShouldContain("not crediting");
        golden.ShouldBeInOrder();
    }

    private string DiskWithDebugLog(string node)
    {
        string disk = debian.ToRaw(debian.Node(node), $"{node}-{Guid.NewGuid():N}.raw");
        DebugLog.AddTo(disk);
        return disk;
    }
}
