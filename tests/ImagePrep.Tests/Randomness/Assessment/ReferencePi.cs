using ImagePrep.Tests.Randomness.StatisticalTests;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>
/// data.pi.bin of NIST's program, made instead of kept. It comes from a text of π in bits, 25 a line after three blanks, 24 in the first; every character but
/// '0' was taken for a one, blanks and ends of lines too.
/// </summary>
internal static class ReferencePi
{
    private const int BitCount = 1_004_882;
    private const int BitsPerLine = 25;
    private const int BitsMissingInFirstLine = 1;

    public static byte[] Samples()
    {
        byte[] bytes = KnownConstants.Pi(BitCount);
        int unused = (bytes.Length * 8) - BitCount;
        List<byte> samples = [1, 1, 1];
        for (int i = 0; i < BitCount; i++)
        {
            samples.Add((byte)((bytes[(i + unused) >> 3] >> (7 - ((i + unused) & 7))) & 1));
            if ((i + 1 + BitsMissingInFirstLine) % BitsPerLine == 0)
            {
                samples.AddRange([1, 1, 1, 1]);
            }
        }

        return [.. samples, 1];
    }
}
