using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Statistics;

/// <summary>Sums over rows of numbers, several at a time: what following a distribution step by step spends its time on.</summary>
/// <remarks>The methods are compiled at full optimisation from the first call: a whole run may be over before tiering would have noticed them.</remarks>
internal static class VectorSums
{
    /// <summary>Adds <paramref name="source"/> to the same places of <paramref name="destination"/>, which is as long or longer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(Span<double> destination, ReadOnlySpan<double> source)
    {
        destination = destination[..source.Length];
        int i = 0;
        for (; i + Vector<double>.Count <= source.Length; i += Vector<double>.Count)
        {
            (new Vector<double>(destination[i..]) + new Vector<double>(source[i..])).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] += source[i];
        }
    }

    /// <summary>Adds <paramref name="factor"/> times <paramref name="source"/> to the same places of <paramref name="destination"/>, which is as long or longer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(Span<double> destination, ReadOnlySpan<double> source, double factor)
    {
        destination = destination[..source.Length];
        Vector<double> factors = new(factor);
        int i = 0;
        for (; i + Vector<double>.Count <= source.Length; i += Vector<double>.Count)
        {
            Vector.FusedMultiplyAdd(factors, new Vector<double>(source[i..]), new Vector<double>(destination[i..])).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = Math.FusedMultiplyAdd(factor, source[i], destination[i]);
        }
    }
}
