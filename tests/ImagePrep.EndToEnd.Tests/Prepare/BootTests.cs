using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>
/// Node images and copies of a bare golden image, booted through GRUB on a machine without any hardware random generator, and questioned over the console.
/// </summary>
public sealed class BootTests(PreparedDebian debian) : IClassFixture<PreparedDebian>
{
    [Fact]
    public void Nodes_BootWithSeedsAndKeysOfTheirOwn()
    {
        OutsideTool.Require("qemu-system-x86_64", "qemu-img");
        string alphaDisk = DiskWithDebugLog("alpha");
        BootedGuest alpha = BootedGuest.Boot(alphaDisk);
        BootedGuest beta = BootedGuest.Boot(DiskWithDebugLog("beta"), PreparedDebian.BoundUuid, PreparedDebian.BoundMac);

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

        BootedGuest again = BootedGuest.Boot(alphaDisk);
        again.Keys.OrderBy(key => key.Key).ShouldBe(alpha.Keys.OrderBy(key => key.Key));
        again.MachineId.ShouldBe(alpha.MachineId);
        again.SeedDigest.ShouldNotBe(alpha.SeedDigest);
        again.ShouldBeInOrder();
    }

    [Theory]
    [InlineData("11111111-2222-3333-4444-555555555555", "52:54:00:b7:c0:4f", "other-uuid")]
    [InlineData("4c4c4544-0042-3510-8054-b7c04f564231", "52:54:00:11:22:33", "other-mac")]
    public void NodeOnAnotherMachine_IsMixedNotCredited(string uuid, string mac, string reason)
    {
        BootedGuest elsewhere = BootedGuest.Boot(DiskWithDebugLog("beta"), Guid.Parse(uuid), mac);

        elsewhere.MixStatus.ShouldContain("mix=ok");
        elsewhere.MixStatus.ShouldContain($"credit=no reason={reason}");
        elsewhere.SeedLog.ShouldContain("not crediting");
        elsewhere.ShouldBeInOrder();
    }

    /// <summary>Somebody takes the golden image for a template: each copy is a machine of its own, though nothing was stamped.</summary>
    [Fact]
    public void BareGoldenImage_BootedAsTwoCopies_IsTwoMachines()
    {
        string template = debian.ToRaw(debian.Golden, "template.raw");
        DebugLog.AddTo(template);
        BootedGuest one = BootedGuest.Boot(OverlayOf(template, "one"), Guid.Parse("11111111-2222-3333-4444-000000000001"));
        BootedGuest two = BootedGuest.Boot(OverlayOf(template, "two"), Guid.Parse("11111111-2222-3333-4444-000000000002"));

        foreach (BootedGuest copy in (ReadOnlySpan<BootedGuest>)[one, two])
        {
            copy.HostName.ShouldBe("localhost");
            copy.MachineId.ShouldMatch("^[0-9a-f]{32}$");
            copy.FirstBoot.ShouldBeFalse();
            copy.MixStatus.ShouldContain("credit=no reason=not-stamped");
            copy.SeedLog.ShouldContain("not crediting");
            copy.ShouldBeInOrder();
        }

        one.MachineId.ShouldNotBe(two.MachineId);
        one.SeedDigest.ShouldNotBe(two.SeedDigest);
        one.Keys.Values.Intersect(two.Keys.Values).ShouldBeEmpty();
    }

    private string OverlayOf(string template, string name)
    {
        string overlay = debian.File(name + ".qcow2");
        OutsideTool.Run("qemu-img", "create", "-f", "qcow2", "-F", "raw", "-b", template, overlay).EnsureSuccess("qemu-img create");
        return overlay;
    }

    private string DiskWithDebugLog(string node)
    {
        string disk = debian.ToRaw(debian.Node(node), $"{node}-{Guid.NewGuid():N}.raw");
        DebugLog.AddTo(disk);
        return disk;
    }
}
