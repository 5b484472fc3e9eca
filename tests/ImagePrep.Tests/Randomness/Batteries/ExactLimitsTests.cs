using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Tests.Randomness.Batteries;

/// <summary>Limits computed for a length: against tables, against the limits of the standards, and against samples.</summary>
public sealed class ExactLimitsTests
{
    /// <summary>For 20,000 bits. The widest limits come first: the others lie within what those have computed.</summary>
    private static readonly Lazy<SampleDistributions> TwentyThousandBits = new(() =>
    {
        SampleDistributions distributions = new(2500);
        distributions.Rejections(BatteryLimits.Fips1401);
        return distributions;
    });

    [Fact]
    public void For_SeedAtOneInAMillion_IsTheWrittenTable()
    {
        BatteryLimits computed = ExactLimits.For(512, 1e-6).Limits;
        BatteryLimits written = BatteryLimits.Seed4096;

        computed.Id.ShouldBe(written.Id);
        computed.Name.ShouldBe(written.Name);
        computed.SampleBytes.ShouldBe(written.SampleBytes);
        computed.Ones.ShouldBe(written.Ones);
        computed.SumOfSquares.ShouldBe(written.SumOfSquares);
        computed.Runs.ShouldBe(written.Runs);
        computed.LongRunFailsAt.ShouldBe(written.LongRunFailsAt);
        RejectionProbabilities.Of(written).UnionBound.ShouldBe(1.1e-5, 5e-7);
    }

    [Fact]
    public void For_SeedAtOneInTenThousand_IsTheKnownTable()
    {
        ExactLimits exact = ExactLimits.For(512, 1e-4);
        BatteryLimits limits = exact.Limits;

        limits.Ones.ShouldBe(new Bounds(1924, 2172));
        limits.Runs.ShouldBe([new(431, 596), new(201, 314), new(89, 170), new(37, 95), new(13, 55), new(13, 55)]);
        limits.LongRunFailsAt.ShouldBe(26);
        new PokerResult(limits.SumOfSquares.Low, 1024, limits.SumOfSquares).X.ShouldBe(2.15625);
        new PokerResult(limits.SumOfSquares.High, 1024, limits.SumOfSquares).X.ShouldBe(46.34375);
        exact.Ideal.LongRun.ShouldBe(6.1e-5, 5e-7);
        exact.Ideal.UnionBound.ShouldBeLessThanOrEqualTo(1.145e-3);
    }

    [Fact]
    public void Of_Fips1401_AreTheKnownProbabilities()
    {
        RejectionProbabilities ideal = TwentyThousandBits.Value.Rejections(BatteryLimits.Fips1401);

        Agrees(ideal.Monobit.Total, 1.026e-6);
        Agrees(ideal.Poker.Total, 1.037e-6);
        Agrees(ideal.Poker.Low, 3.05e-7, digits: 3);
        Agrees(ideal.Poker.High, 7.32e-7, digits: 3);
        Agrees(ideal.Runs.Select(tails => tails.Total), [6.15e-7, 8.0e-8, 9.2e-8, 1.08e-7, 6.7e-8, 3.8e-8], [3, 2, 2, 3, 2, 2]);
        Agrees(ideal.LongRun, 1.162e-6);
        ideal.UnionBound.ShouldBe(5.2e-6, 5e-8);
        ideal.UnionBound.ShouldBeGreaterThan(BatteryLimits.Fips1401.IdealFailureRate);
    }

    [Fact]
    public void Of_Fips1402AsFirstPublished_AreTheKnownProbabilities()
    {
        RejectionProbabilities ideal = TwentyThousandBits.Value.Rejections(BatteryLimits.Fips1402);

        Agrees(ideal.Monobit.Total, 1.0350e-4, digits: 5);
        Agrees(ideal.Poker.Total, 9.974e-5);
        Agrees(ideal.Poker.Low, 4.912e-5);
        Agrees(ideal.Poker.High, 5.062e-5);
        Agrees(ideal.Runs.Select(tails => tails.Total), [7.60e-4, 2.91e-4, 2.80e-4, 2.45e-4, 1.83e-4, 1.41e-4], [3, 3, 3, 3, 3, 3]);
        Agrees(2 * ideal.Runs.Sum(tails => tails.Total), 3.80e-3, digits: 3);
        Agrees(ideal.LongRun, 2.9762e-4, digits: 5);
        ideal.UnionBound.ShouldBeInRange(BatteryLimits.Fips1402.IdealFailureRate, 1.02 * BatteryLimits.Fips1402.IdealFailureRate);
    }

    [Fact]
    public void Of_ChangeNotice1_AreTheKnownProbabilities()
    {
        RejectionProbabilities ideal = TwentyThousandBits.Value.Rejections(BatteryLimits.Fips140ChangeNotice1);

        Agrees(ideal.Runs.Select(tails => tails.Total), [7.355e-5, 1.875e-5, 1.871e-5, 1.675e-5, 1.299e-5, 9.02e-6], [4, 4, 4, 4, 4, 3]);
        Agrees(2 * ideal.Runs.Sum(tails => tails.Total), 2.996e-4);
        Agrees(ideal.UnionBound, 8.00e-4, digits: 3);
        ideal.UnionBound.ShouldBeGreaterThan(BatteryLimits.Fips140ChangeNotice1.IdealFailureRate);
    }

    [Fact]
    public void For_TwentyThousandBits_OnesOfTheStandardsAreTheQuantilesOfTheNormalDistribution()
    {
        // The exact ones accept the same or one more.
        foreach ((BatteryLimits standard, double alpha) in new[] { (BatteryLimits.Fips1401, 1e-6), (BatteryLimits.Fips1402, 1e-4) })
        {
            Bounds exact = TwentyThousandBits.Value.Ones(alpha / 2);
            (standard.Ones.Low - exact.Low).ShouldBeInRange(0, 1, standard.Id);
            (exact.High - standard.Ones.High).ShouldBeInRange(0, 1, standard.Id);
        }
    }

    [Fact]
    public void For_TwentyThousandBits_PokerOf1402IsTheQuantileOfChiSquare()
    {
        // 2.16 to 46.17. (Those of 140-1, 1.03 to 57.4, are no quantiles of 1e-6: the lower tail holds 3.05e-7, the upper 7.32e-7.)
        Bounds exact = TwentyThousandBits.Value.Squares(1e-4 / 2);
        new PokerResult(exact.Low, 5000, exact).X.ShouldBe(2.165, 0.01);
        new PokerResult(exact.High, 5000, exact).X.ShouldBe(46.17, 0.05);
    }

    [Theory]
    [InlineData(16, 1e-2)]
    [InlineData(17, 1e-9)]
    [InlineData(37, 1e-4)]
    [InlineData(64, 1e-6)]
    [InlineData(300, 1e-9)]
    public void For_AnyLength_NoBoundRejectsMoreThanAlpha_NorCouldBeNarrower(int bytes, double alpha)
    {
        ExactLimits exact = ExactLimits.For(bytes, alpha);
        RejectionProbabilities ideal = exact.Ideal;
        IEnumerable<Tails> twoSided = [ideal.Monobit, ideal.Poker, .. ideal.Runs];
        twoSided.Select(tails => Math.Max(tails.Low, tails.High)).Max().ShouldBeLessThanOrEqualTo(alpha / 2);
        ideal.LongRun.ShouldBeLessThanOrEqualTo(alpha);

        BatteryLimits limits = exact.Limits;
        RejectionProbabilities narrower = RejectionProbabilities.Of(limits with
        {
            Ones = Narrowed(limits.Ones, 1),
            SumOfSquares = Narrowed(limits.SumOfSquares, 2),
            Runs = [.. limits.Runs.Select(bounds => Narrowed(bounds, 1))],
            LongRunFailsAt = limits.LongRunFailsAt - 1,
        });
        twoSided = [narrower.Monobit, narrower.Poker, .. narrower.Runs];
        twoSided.Select(tails => Math.Min(tails.Low, tails.High)).Min().ShouldBeGreaterThan(alpha / 2);
        narrower.LongRun.ShouldBeGreaterThan(alpha);
    }

    [Fact]
    public void For_HundredThousandSamples_EachBoundRejectsItsExactShare()
    {
        const int Samples = 100_000;
        const int Bytes = 32;
        ExactLimits exact = ExactLimits.For(Bytes, 0.01);
        byte[] stream = Randomness.Samples.AesCounterStream(Samples * Bytes);
        int bounds = ExactResult.Of(stream.AsSpan(0, Bytes), exact).Tests.Length;
        int[] failed = new int[bounds];
        int samples = 0;
        Parallel.For(0, Samples, i =>
        {
            ExactResult result = ExactResult.Of(stream.AsSpan(i * Bytes, Bytes), exact);
            for (int bound = 0; bound < bounds; bound++)
            {
                if (!result.Tests[bound].Passed)
                {
                    Interlocked.Increment(ref failed[bound]);
                }
            }

            if (!result.Passed)
            {
                Interlocked.Increment(ref samples);
            }
        });

        ExactResult any = ExactResult.Of(stream.AsSpan(0, Bytes), exact);
        for (int bound = 0; bound < bounds; bound++)
        {
            double rate = any.Tests[bound].IdealRejection!.Value;
            double sigma = Math.Sqrt(Samples * rate * (1 - rate));
            ((double)failed[bound]).ShouldBe(Samples * rate, 4 * sigma, any.Tests[bound].Statistic);
        }

        // Fewer than the sum of all, more than the most frequent alone.
        (samples / (double)Samples).ShouldBeInRange(failed.Max() / (double)Samples, exact.Ideal.UnionBound);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(2501)]
    [InlineData(int.MaxValue)]
    public void For_LengthThatIsNotExactlyComputable_Throws(int bytes) => Should.Throw<ArgumentOutOfRangeException>(() => ExactLimits.For(bytes));

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-6)]
    [InlineData(1e-10)]
    [InlineData(0.02)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void For_AlphaOutOfRange_Throws(double alpha) => Should.Throw<ArgumentOutOfRangeException>(() => ExactLimits.For(512, alpha));

    private static Bounds Narrowed(Bounds bounds, int step) => new(bounds.Low + step, bounds.High - step);

    private static void Agrees(IEnumerable<double> actual, double[] expected, int[] digits)
    {
        foreach ((double value, double wanted, int count) in actual.Zip(expected, digits))
        {
            Agrees(value, wanted, count);
        }
    }

    /// <summary>To the digits that were written down.</summary>
    private static void Agrees(double actual, double expected, int digits = 4)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(expected)) - (digits - 1));
        actual.ShouldBe(expected, 0.51 * unit);
    }
}
