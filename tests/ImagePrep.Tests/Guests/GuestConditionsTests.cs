using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests;

public sealed class GuestConditionsTests
{
    [Theory]
    [InlineData("always", true)]
    [InlineData("!always", false)]
    [InlineData("file:/etc/x", true)]
    [InlineData("file:/etc/y", false)]
    [InlineData("!file:/etc/y", true)]
    [InlineData("unit:a.service", true)]
    [InlineData("unit:b.service", false)]
    [InlineData("init:systemd", true)]
    [InlineData("init:openrc", false)]
    [InlineData("systemd>=243", true)]
    [InlineData("systemd>=253", false)]
    [InlineData("systemd<253", true)]
    [InlineData("systemd<252", false)]
    [InlineData("ssh", true)]
    [InlineData("dropbear", false)]
    [InlineData("option:command", true)]
    [InlineData("option:other", false)]
    public void Hold_EachCondition_IsDecidedFromTheGuest(string condition, bool expected) =>
        Conditions().Hold(["always", condition]).ShouldBe(expected);

    [Theory]
    [InlineData("sometimes")]
    [InlineData("file:etc/x")]
    [InlineData("unit:")]
    [InlineData("init:upstart")]
    [InlineData("systemd>=new")]
    [InlineData("!!ssh")]
    [InlineData("")]
    public void Problem_Misspelt_IsTold(string condition) => GuestConditions.Problem(condition).ShouldNotBeNull().ShouldContain("is not a condition");

    [Theory]
    [InlineData("option:command")]
    [InlineData("!option:command")]
    [InlineData("option:")]
    public void Problem_Option_IsForTemplatesAlone(string condition) =>
        GuestConditions.Problem(condition).ShouldNotBeNull().ShouldContain("looks at the guest alone");

    [Theory]
    [InlineData("!init:rc-sysinit")]
    [InlineData("systemd<208")]
    [InlineData("cloud-init")]
    public void Problem_Known_IsNone(string condition) => GuestConditions.Problem(condition).ShouldBeNull();

    private static GuestConditions Conditions()
    {
        MemoryFileSystem root = new();
        root.Add("/etc/x", "x");
        root.Add("/usr/sbin/sshd", "elf");
        root.AddLink("/usr/lib/systemd/system/a.service", "nowhere");
        root.AddLink("/sbin/init", "/lib/systemd/systemd");
        root.Add("/lib/systemd/systemd", "elf");
        root.Add("/usr/lib/systemd/libsystemd-shared-252.so", "elf");
        GuestTree tree = new([new Mount(GuestPath.Root, 1, new ByteRange(1 << 20, 1 << 20), root)]);
        return new GuestConditions(tree, GuestFinder.Describe(tree), new HashSet<string> { "command" });
    }
}
