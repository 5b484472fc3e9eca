using ImagePrep.Randomness.Drbg;
using ImagePrep.Randomness.Seeds;
using ImagePrep.Tests.Randomness.Sources;

namespace ImagePrep.Tests.Randomness.Seeds;

public sealed class PersonalizationTests
{
    private static readonly HostIdentity Host = new("boot", ["02:00:00:00:00:01"]);
    private static readonly DateTimeOffset Time = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Encode_AnyFieldChanged_ChangesTheString()
    {
        byte[] digest = new byte[32];
        byte[][] all =
        [
            Personalization.Encode(digest, "a", Host, Time, 1),
            Personalization.Encode([.. new byte[31], 1], "a", Host, Time, 1),
            Personalization.Encode(digest, "b", Host, Time, 1),
            Personalization.Encode(digest, "a", Host with { BootId = "other" }, Time, 1),
            Personalization.Encode(digest, "a", Host with { MacAddresses = ["02:00:00:00:00:02"] }, Time, 1),
            Personalization.Encode(digest, "a", Host, Time.AddTicks(1), 1),
            Personalization.Encode(digest, "a", Host, Time, 2),
        ];
        all.Select(Convert.ToHexString).Distinct().Count().ShouldBe(all.Length);
    }

    [Fact]
    public void Encode_BytesMovedBetweenFields_ChangeTheString() =>
        Personalization.Encode([], "ab", Host with { BootId = "c" }, Time, 1)
            .ShouldNotBe(Personalization.Encode([], "a", Host with { BootId = "bc" }, Time, 1));

    [Fact]
    public void CreateDrbg_SameEntropyTwice_GivesOtherBytesBecauseOfTheCounter()
    {
        // Even if every source handed two clones the same bytes, each generator of a process is its own.
        byte[] first = Draw("node", new EntropyInputs([FakeSource.Good("s", 1)], Host, new FixedClock()));
        byte[] second = Draw("node", new EntropyInputs([FakeSource.Good("s", 1)], Host, new FixedClock()));
        second.ShouldNotBe(first);
    }

    [Fact]
    public void HostIdentity_OnLinux_HasThisBootAndItsInterfaces()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads files of the Linux kernel");
        HostIdentity.Read().BootId.ShouldBe(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
        HostIdentity.Read().MacAddresses.Count.ShouldBe(Directory.GetFileSystemEntries("/sys/class/net").Length);
    }

    private static byte[] Draw(string node, EntropyInputs inputs)
    {
        using SeedDrbg drbg = inputs.CreateDrbg(new byte[32], node, DrbgSelfTest.Shared);
        byte[] bytes = new byte[64];
        drbg.Fill(bytes);
        return bytes;
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Time;
    }
}
