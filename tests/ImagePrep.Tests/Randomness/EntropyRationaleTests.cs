using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Seeds;
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

    [Fact]
    public void OfProduct_Figures_AreThoseOfTheCode()
    {
        string text = EntropyRationale.OfProduct();

        text.ShouldNotContain("{{");
        text.ShouldContain("| together | | 6.0e-6 |");
        text.ShouldContain("5 of 100, 9 of 1,000, 26 of 10,000");
        text.ShouldContain("once in 1.5 million nodes");
        foreach (IFleetTest test in FleetTests.Standard)
        {
            text.ShouldContain($"| {test.Name} | {test.Finds} |");
        }

        using SeedBatch batch = new SeedGenerator(new SeedGeneratorOptions { GoldenDigest = new byte[32], Nodes = 1 }).GenerateBatch(["node"]);
        batch.Report.SourceDescriptions.ShouldAllBe(source => text.Contains(source.Why, StringComparison.Ordinal));
    }
}
