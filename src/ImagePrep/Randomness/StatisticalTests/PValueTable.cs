using System.Collections.Immutable;

namespace ImagePrep.Randomness.StatisticalTests;

/// <summary>P-values of all tests for all sequences; null where a test was not applicable.</summary>
internal sealed class PValueTable
{
    // By test, by series of the test, by sequence.
    private readonly List<double?>[][] _values = [.. StatisticalTest.All.Select(test => test.Series.Select(_ => new List<double?>()).ToArray())];

    public int Sequences { get; private set; }

    /// <summary>Makes room for more sequences.</summary>
    public void Add(int sequences)
    {
        Sequences += sequences;
        foreach (List<double?> series in _values.SelectMany(series => series))
        {
            series.AddRange(new double?[sequences]);
        }
    }

    /// <summary>Runs a test on a sequence. Different places may be set at the same time.</summary>
    public void Set(int test, int sequence, BitSequence bits)
    {
        ImmutableArray<TestStatistic> statistics = StatisticalTest.All[test].Evaluate(bits);
        for (int i = 0; i < statistics.Length; i++)
        {
            _values[test][i][sequence] = statistics[i].Applicable ? statistics[i].PValue : null;
        }
    }

    public IReadOnlyList<double?> Series(int test, int series) => _values[test][series];
}
