using System.Security.Cryptography;

namespace ImagePrep.Benchmarks;

/// <summary>The battery over a gigabyte of random bytes, on one core and on all, beside rng-tools' rngtest and ent, which use one.</summary>
internal static class RandomnessThroughput
{
    private const int Mebibytes = 954; // 10^9 bytes and a little

    private const double MostOnOneCore = 1.0 / 30;
    private const double MostOnTwoCores = 1.0 / 50;

    public static IEnumerable<Comparison> Measure(Bench bench)
    {
        string file = bench.Scratch.File("random");
        using (FileStream stream = File.Create(file))
        {
            byte[] bytes = new byte[1 << 20];
            for (int i = 0; i < Mebibytes; i++)
            {
                RandomNumberGenerator.Fill(bytes);
                stream.Write(bytes);
            }
        }

        // 1 is "some block failed", as one in 1,258 of a perfect source does.
        Measured oneCore = Measured.Tool("imageprep rngtest, 1 GB, one core", "taskset", "-c", "0", bench.Program, "rngtest", file) with { HighestStatus = 1 };
        Measured allCores = new("imageprep rngtest, 1 GB, all cores", bench.Program, "rngtest", file) { HighestStatus = 1 };
        foreach (Comparison comparison in Comparison.RunAll(
            [(oneCore, MostOnOneCore), (allCores, MostOnTwoCores)],
            Measured.Script("rngtest", "rngtest", "exec rngtest < \"$1\"", file) with { HighestStatus = 1 },
            Measured.Tool("ent", "ent", file)))
        {
            yield return comparison;
        }

        File.Delete(file);
    }
}
