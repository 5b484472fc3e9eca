using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Statistics;

namespace ImagePrep.Randomness.Seeds;

/// <summary>
/// When a failed draw is bad luck and when it is a broken generator. One draw in 1,240 of an ideal source fails: it is discarded, logged and
/// drawn again. Two in a row for one node (6.5e-7), or more in a batch than the binomial distribution allows at 1e-6, stop the run.
/// </summary>
internal sealed class RedrawPolicy(int nodes, Action<RedrawEvent>? onRedraw)
{
    /// <summary>
    /// Chance that a draw of an ideal source fails: 7.95e-4 for the battery on the block (simulated on 20 million blocks), and at most 1.1e-5
    /// for the bounds on the seed.
    /// </summary>
    public const double RejectRate = 7.95e-4 + 1.1e-5;

    /// <summary>False-alarm rate of the limit on a batch.</summary>
    public const double Alpha = 1e-6;

    /// <summary>Chance that two draws in a row fail for at least one node of a batch of an ideal source, at most: by far the likeliest false alarm.</summary>
    public static double TwoInARowRate(int nodes) => nodes * RejectRate * RejectRate;

    private readonly Lock _gate = new();
    private readonly long _alarmAt = AlarmAt(nodes);
    private int _redraws;

    /// <summary>So many failed draws in a batch are an alarm: 5 of 100 nodes, 9 of 1,000, 26 of 10,000.</summary>
    public static long AlarmAt(int nodes) => Binomial.AlarmAt(nodes, RejectRate, Alpha);

    /// <summary>Records a failed draw that may be repeated.</summary>
    /// <exception cref="RandomnessException">There were too many in this batch.</exception>
    public void Redraw(string nodeName, BlockTests failedOnBlock, BlockTests failedOnSeed)
    {
        // One at a time, so that a log sees whole events in order.
        lock (_gate)
        {
            _redraws++;
            onRedraw?.Invoke(new RedrawEvent(nodeName, failedOnBlock, failedOnSeed));
            if (_redraws >= _alarmAt)
            {
                throw new RandomnessException(
                    $"{_redraws} draws of a batch of {nodes} nodes failed the randomness tests, the last for node {nodeName}; "
                    + $"chance explains fewer than {_alarmAt}. {Broken}");
            }
        }
    }

    /// <summary>The second failure in a row.</summary>
    public static RandomnessException TwoInARow(string nodeName, BlockTests failedOnBlock, BlockTests failedOnSeed) => new(
        $"Two draws in a row for node {nodeName} failed the randomness tests (the second: {failedOnBlock} on the block, {failedOnSeed} on the "
        + $"seed), which chance does once in 1.5 million nodes. {Broken}");

    private const string Broken =
        "The random bit generator of this program or machine is broken. Nothing may be issued from this batch: check the machine, then start again.";
}
