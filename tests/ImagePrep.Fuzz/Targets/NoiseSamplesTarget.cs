using ImagePrep.Randomness.Assessment;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Any bytes can be a capture of noise. The first says how wide samples are said to be; all estimators run on the rest.</summary>
internal sealed class NoiseSamplesTarget() : FuzzTarget("noise-samples")
{
    public override void Execute(Memory<byte> input)
    {
        int? bits = input.Length > 0 && input.Span[0] % 9 is > 0 and int width ? width : null;
        NoiseSamples samples = NoiseSamples.Of(input.Length > 0 ? input[1..].ToArray() : [], "fuzz", bits);
        EntropyAssessment assessment = EntropyAssessor.Assess(samples);
        foreach (Estimate? estimate in assessment.Estimators.SelectMany(estimator => (Estimate?[])[estimator.Original, estimator.Bitstring]))
        {
            if (estimate is { Entropy: null, NotRun: null } || estimate?.Entropy is < 0 or > 8 or double.NaN || estimate?.Values.Values.Any(value => !double.IsFinite(value)) == true)
            {
                throw new BrokenPromiseException("an estimate is no number of bits");
            }
        }

        if (!(assessment.AssessedEntropy >= 0 && assessment.AssessedEntropy <= samples.BitsPerSymbol))
        {
            throw new BrokenPromiseException("the assessed entropy is no number of bits of a sample");
        }
    }

    public override bool IsDocumented(Exception exception) => exception is UnsuitableSamplesException;

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        byte[] bytes = new byte[8_000];
        new Random(1).NextBytes(bytes);
        return
        [
            Seed.Whole([0, .. bytes[..300]]),
            Seed.Whole([8, .. bytes[..40]]),
            Seed.Whole([1, .. bytes.Select(value => (byte)(value & 1))]),
            Seed.Whole([3, .. bytes[..5_000].Select(value => (byte)(value & 7))]),
            Seed.Whole([0, .. new byte[200], 1]),
            Seed.Whole([2, 0, 1, 2, 3]),
        ];
    }
}
