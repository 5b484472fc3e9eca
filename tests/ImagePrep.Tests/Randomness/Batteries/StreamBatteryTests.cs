using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>What all batteries share, and what the one for a single sample does.</summary>
public sealed class StreamBatteryTests
{
    [Fact]
    public void All_IdsAreDistinct_AndTheDefaultIsAmongThem()
    {
        StreamBatteries.All.Select(battery => battery.Id).ShouldBeUnique();
        StreamBatteries.Find(BatteryLimits.DefaultId).ShouldNotBeNull();
        StreamBatteries.Find("none").ShouldBeNull();
    }

    [Fact]
    public void Fips_Outcomes_AreTheFailedBlocks()
    {
        byte[] bytes = Samples.Biased(1_000_004, 3, 0.49);
        foreach (BatteryLimits limits in BatteryLimits.ForStreams)
        {
            RngTestResult expected = RngTest.Run(bytes, battery: limits);

            IBatteryResult result = StreamBatteries.Find(limits.Id)!.Run(new MemoryStream(bytes), new BatteryOptions());

            result.ShouldBe(expected);
            result.Battery.ShouldBe(limits.Id);
            result.Outcomes().Select(test => (long)test.Value).ShouldBe(
                [expected.Failures.Monobit, expected.Failures.Poker, expected.Failures.Runs, expected.Failures.LongRun, expected.Failures.Continuous]);
            result.Outcomes().Single(test => test.Test == "monobit").Passed.ShouldBe(expected.Failures.Monobit == 0);
        }
    }

    [Theory]
    [InlineData("fips140-1", "FIPS 140-1 §4.11.1", "FIPS 140-1 §4.11.2")]
    [InlineData("fips140-2", "FIPS 140-2 §4.9.1", "FIPS 140-2 §4.9.2")]
    [InlineData("fips140-2-cn1", "FIPS 140-2 §4.9.1", "FIPS 140-2 §4.9.2")]
    public void Fips_Clauses_AreThoseOfTheirStandard(string battery, string clause, string continuous) =>
        StreamBatteries.Find(battery)!.Run(new MemoryStream(new byte[100]), new BatteryOptions()).Outcomes().Select(test => test.Clause)
            .ShouldBe([clause, clause, clause, clause, continuous]);

    [Fact]
    public void Exact_Clause_SaysThatTheBoundsAreOurs() =>
        Exact(Samples.Random(512, 21)).Outcomes().ShouldAllBe(test => test.Clause == "after FIPS 140-2 §4.9.1, own bounds");

    [Fact]
    public void Fips_NoWholeBlock_IsNoPass()
    {
        IBatteryResult result = StreamBatteries.Find(BatteryLimits.DefaultId)!.Run(new MemoryStream(new byte[100]), new BatteryOptions());
        result.Passed.ShouldBeFalse();
        result.Outcomes().ShouldAllBe(test => !test.Passed);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(512)]
    [InlineData(2500)]
    public void Exact_RandomSample_Passes(int length)
    {
        ExactResult result = Exact(Samples.Random(length, 21));

        result.Passed.ShouldBeTrue();
        result.SampleBytes.ShouldBe(length);
        result.Alpha.ShouldBe(1e-6);
        result.IdealFailureRateAtMost.ShouldBeLessThan(15 * 1e-6);
        result.Outcomes().Count.ShouldBe(15);
    }

    [Fact]
    public void Exact_BrokenSamples_FailWhereTheyAreBroken()
    {
        FailedTests(new byte[512]).ShouldBe(["monobit", "poker", "runs", "long run"]);
        FailedTests([.. Enumerable.Repeat((byte)0x55, 512)]).ShouldBe(["poker", "runs"]);
        FailedTests([.. Enumerable.Range(0, 512).Select(i => (byte)i)]).ShouldBe(["poker"]);
        FailedTests(Samples.Biased(512, 4, 0.42)).ShouldContain("monobit");
    }

    [Fact]
    public void Exact_SeedLength_JudgesAsTheLimitsOfSeeds()
    {
        ExactLimits exact = ExactLimits.For(512);
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] sample = Samples.Biased(512, seed, 0.46);
            ExactResult.Of(sample, exact).Passed.ShouldBe(Battery.Failures(sample, BatteryLimits.Seed4096) == BlockTests.None, $"sample {seed}");
        }
    }

    [Fact]
    public void Exact_WiderAlpha_RejectsMore()
    {
        byte[] sample = Samples.Biased(512, 9, 0.465);
        Exact(sample, 1e-9).Tests.Count(test => !test.Passed).ShouldBeLessThan(Exact(sample, 1e-2).Tests.Count(test => !test.Passed));
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(15, "15 bytes")]
    [InlineData(2501, "longer than 2,500 bytes")]
    [InlineData(100_000, "longer than 2,500 bytes")]
    public void Exact_LengthOutOfRange_IsRefused(int length, string found)
    {
        SampleSizeException refusal = Should.Throw<SampleSizeException>(() => Exact(new byte[length]));
        refusal.Message.ShouldContain(found);
        refusal.Message.ShouldContain("16 to 2,500 bytes");
    }

    private static ExactResult Exact(byte[] sample, double? alpha = null) =>
        new ExactBattery().Run(new MemoryStream(sample), new BatteryOptions(Alpha: alpha)).ShouldBeOfType<ExactResult>();

    private static IEnumerable<string> FailedTests(byte[] sample) => Exact(sample).Outcomes().Where(test => !test.Passed).Select(test => test.Test).Distinct();
}
