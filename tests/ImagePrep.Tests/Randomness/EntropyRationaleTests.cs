using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Seeds;
using ImagePrep.Randomness.Statistics;
using ImagePrep.Reports;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Randomness;

public sealed class EntropyRationaleTests
{
    [Fact]
    public void OfProduct_IsTheDocumentInTheRepository() =>
        File.ReadAllText(Repository.File("docs", EntropyRationale.FileName))
            .ShouldBe(EntropyRationale.OfProduct(), "write it anew with: imageprep entropy rationale > docs/entropy-rationale.md");

    [Fact]
    public void Rates_WrittenDown_AreTheExactOnes()
    {
        RejectionProbabilities block = RejectionProbabilities.Of(BatteryLimits.Fips140ChangeNotice1);
        EntropyRationale.MonobitRate.ShouldBe(block.Monobit.Total, 0.005e-4);
        EntropyRationale.PokerRate.ShouldBe(block.Poker.Total, 0.005e-4);
        EntropyRationale.RunsRate.ShouldBe(2 * block.Runs.Sum(tails => tails.Total), 0.005e-4);
        EntropyRationale.LongRunRate.ShouldBe(block.LongRun, 0.005e-4);
        EntropyRationale.SeedRate.ShouldBe(RejectionProbabilities.Of(BatteryLimits.Seed4096).UnionBound, 0.005e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    public void FoundBias_NineBatchesOfTen_AreFound(int seeds)
    {
        long bits = seeds * 4096L;
        Bounds bounds = BinomialBounds.TwoSided(bits, 0.5, FleetTests.Alpha);
        Binomial.UpperTail(bits, 0.5 + PooledMonobitTest.FoundBias(seeds), bounds.High + 1).ShouldBe(0.9, 0.01);
    }

    [Theory]
    [InlineData("plain (2).bin", "plain (2).bin")]
    [InlineData("a|b", @"a\|b")]
    [InlineData("<script>alert(1)</script>", @"&lt;script\>alert(1)&lt;/script\>")]
    [InlineData("![x](y)`*_&\u001b[31m", @"!\[x\](y)\`\*\_\&\\x1b\[31m")]
    public void Foreign_NamesOfOthers_AreText(string name, string written) => EntropyRationale.Foreign(name).ShouldBe(written);

    [Fact]
    public void OfProduct_Figures_AreThoseOfTheCode()
    {
        string text = EntropyRationale.OfProduct();

        text.ShouldNotContain("{{");
        text.ShouldContain("| together | | 6.0e-6 |");
        text.ShouldContain("5 of 100, 9 of 1,000, 26 of 10,000");
        text.ShouldContain("once in 1.5 million nodes");
        foreach (string figure in (string[])["a batch of 10,000 nodes, 6.5e-3;", "0.153 % over 1,000 nodes", "in one seed, 4.82 %", "Up to 1,448 nodes"])
        {
            text.ReplaceLineEndings(" ").ShouldContain(figure);
        }

        foreach (IFleetTest test in FleetTests.Standard)
        {
            text.ShouldContain($"| {test.Name} | {test.Finds} |");
        }

        using SeedBatch batch = new SeedGenerator(new SeedGeneratorOptions { GoldenDigest = new byte[32], Nodes = 1 }).GenerateBatch(["node"]);
        batch.Report.SourceDescriptions.ShouldAllBe(source => text.Contains(source.Why, StringComparison.Ordinal));
    }
}
