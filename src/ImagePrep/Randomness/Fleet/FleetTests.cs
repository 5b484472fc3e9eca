namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// The tests that every batch runs. A good fleet raises an alarm at most twice in a million batches: 1e-6 for the distances, 1e-6 for the
/// pooled count, and less than 1e-25 for a repeated block.
/// </summary>
public static class FleetTests
{
    /// <summary>False-alarm rate of each test that has one worth speaking of, over the whole batch.</summary>
    internal const double Alpha = 1e-6;

    public static IReadOnlyList<IFleetTest> Standard { get; } =
        [new DuplicateSeedTest(), new RepeatedBlockTest(), new HammingDistanceTest(), new PooledMonobitTest()];

    /// <summary>Runs every test, also after one has found something: all findings together tell what is broken.</summary>
    public static IReadOnlyList<FleetVerdict> Run(FleetSeeds seeds, IEnumerable<IFleetTest> tests)
    {
        List<FleetVerdict> verdicts = [];
        foreach (IFleetTest test in tests)
        {
            string? finding = test.FindFault(seeds);
            verdicts.Add(new FleetVerdict(test.Name, finding is null, finding));
        }

        return verdicts;
    }
}
