namespace ImagePrep.Randomness.Fleet;

/// <summary>
/// The tests that every batch runs. A good fleet raises an alarm at most six times in a million batches: 1e-6 for each test but those that look for
/// something twice, whose rates do not count (2e-28 for a repeated block among 10,000 seeds). The rates are exact or upper bounds, and add up
/// whatever the tests have to do with each other.
/// </summary>
public static class FleetTests
{
    /// <summary>False-alarm rate of each test that has one worth speaking of, over the whole batch.</summary>
    internal const double Alpha = 1e-6;

    public static IReadOnlyList<IFleetTest> Standard { get; } =
    [
        new DuplicateSeedTest(),
        new RepeatedBlockTest(),
        new HammingDistanceTest(),
        new PooledMonobitTest(),
        new PooledNibbleTest(),
        new PooledRunsTest(),
        new BitPositionTest(),
        new SpreadOfOnesTest(),
    ];

    /// <summary>Runs every test, also after one has found something: all findings together tell what is broken.</summary>
    public static IReadOnlyList<FleetVerdict> Run(FleetSeeds seeds, IEnumerable<IFleetTest> tests)
    {
        List<FleetVerdict> verdicts = [];
        foreach (IFleetTest test in tests)
        {
            string? finding = test.FindFault(seeds);
            verdicts.Add(new FleetVerdict(test.Name, finding is null, finding, test.FalseAlarmRate(seeds.Count)));
        }

        return verdicts;
    }
}
