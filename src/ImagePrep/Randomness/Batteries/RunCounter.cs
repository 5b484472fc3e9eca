using System.Runtime.CompilerServices;

using static System.Numerics.BitOperations;

namespace ImagePrep.Randomness.Batteries;

/// <summary>
/// Counts the runs of ones of a stream of bit planes by length, 64 places at a time. (Zeros are the ones of the inverted stream.)
/// </summary>
/// <remarks>
/// Stage L marks every bit that is the L-th of its run: stage 1 is a one after a zero, and stage L is a one after a bit of stage L−1. A
/// run reaches stage L exactly once if it has L bits or more, so counting the marks of each stage gives the runs of "at least L", and
/// differences give the runs of each length. Two marks of stage L are at least L+1 bits apart, so up to L+1 neighbouring planes never
/// have the same place marked: they are counted with one population count of their union.
/// </remarks>
internal struct RunCounter
{
    // Runs that have at least 1, 2, … 6 bits.
    private int _atLeast1, _atLeast2, _atLeast3, _atLeast4, _atLeast5, _atLeast6;

    // Last bit of the stream so far, and whether it is a mark of stages 1 to 5; in the lowest bit.
    private ulong _last, _last1, _last2, _last3, _last4, _last5;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(in BitPlanes x)
    {
        ulong m0 = x.P0 & ~((x.P7 << 1) | _last);
        ulong m1 = x.P1 & ~x.P0;
        ulong m2 = x.P2 & ~x.P1;
        ulong m3 = x.P3 & ~x.P2;
        ulong m4 = x.P4 & ~x.P3;
        ulong m5 = x.P5 & ~x.P4;
        ulong m6 = x.P6 & ~x.P5;
        ulong m7 = x.P7 & ~x.P6;
        _last = x.P7 >> 63;
        _atLeast1 += PopCount(m0 | m1) + PopCount(m2 | m3) + PopCount(m4 | m5) + PopCount(m6 | m7);

        ulong before = m7;
        (m7, m6, m5, m4, m3, m2, m1, m0) = (m6 & x.P7, m5 & x.P6, m4 & x.P5, m3 & x.P4, m2 & x.P3, m1 & x.P2, m0 & x.P1, ((m7 << 1) | _last1) & x.P0);
        _last1 = before >> 63;
        _atLeast2 += PopCount(m0 | m1 | m2) + PopCount(m3 | m4 | m5) + PopCount(m6 | m7);

        before = m7;
        (m7, m6, m5, m4, m3, m2, m1, m0) = (m6 & x.P7, m5 & x.P6, m4 & x.P5, m3 & x.P4, m2 & x.P3, m1 & x.P2, m0 & x.P1, ((m7 << 1) | _last2) & x.P0);
        _last2 = before >> 63;
        _atLeast3 += PopCount(m0 | m1 | m2 | m3) + PopCount(m4 | m5 | m6 | m7);

        before = m7;
        (m7, m6, m5, m4, m3, m2, m1, m0) = (m6 & x.P7, m5 & x.P6, m4 & x.P5, m3 & x.P4, m2 & x.P3, m1 & x.P2, m0 & x.P1, ((m7 << 1) | _last3) & x.P0);
        _last3 = before >> 63;
        _atLeast4 += PopCount(m0 | m1 | m2 | m3) + PopCount(m4 | m5 | m6 | m7);

        before = m7;
        (m7, m6, m5, m4, m3, m2, m1, m0) = (m6 & x.P7, m5 & x.P6, m4 & x.P5, m3 & x.P4, m2 & x.P3, m1 & x.P2, m0 & x.P1, ((m7 << 1) | _last4) & x.P0);
        _last4 = before >> 63;
        _atLeast5 += PopCount(m0 | m1 | m2 | m3) + PopCount(m4 | m5 | m6 | m7);

        before = m7;
        (m7, m6, m5, m4, m3, m2, m1, m0) = (m6 & x.P7, m5 & x.P6, m4 & x.P5, m3 & x.P4, m2 & x.P3, m1 & x.P2, m0 & x.P1, ((m7 << 1) | _last5) & x.P0);
        _last5 = before >> 63;
        _atLeast6 += PopCount(m0 | m1 | m2 | m3) + PopCount(m4 | m5 | m6 | m7);
    }

    /// <summary>Whether the number of runs of every length lies within its bounds.</summary>
    public readonly bool Within(ReadOnlySpan<Bounds> bounds) =>
        bounds[0].Contains(_atLeast1 - _atLeast2)
        && bounds[1].Contains(_atLeast2 - _atLeast3)
        && bounds[2].Contains(_atLeast3 - _atLeast4)
        && bounds[3].Contains(_atLeast4 - _atLeast5)
        && bounds[4].Contains(_atLeast5 - _atLeast6)
        && bounds[5].Contains(_atLeast6);
}
