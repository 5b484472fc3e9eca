using System.Security.Cryptography;

namespace ImagePrep.Benchmarks;

/// <summary>The assessment of a million 8-bit samples, beside NIST's program for it (Debian 13 has it as sp800-90b-entropy-assessment).</summary>
internal static class NoiseAssessment
{
    private const int Samples = 1_000_000;

    public static IEnumerable<Comparison> Measure(Bench bench)
    {
        string samples = bench.Scratch.File("samples");
        File.WriteAllBytes(samples, RandomNumberGenerator.GetBytes(Samples));
        yield return Comparison.Run(
            new Measured("imageprep entropy assess", bench.Program, "entropy", "assess", samples),
            Measured.Tool("ea_non_iid", "ea_non_iid", samples));
        File.Delete(samples);
    }
}
