using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Estimators;

/// <summary>
/// Collision estimate (SP 800-90B §6.3.2), for bits: how soon a value comes a second time. With two values that is after two bits, if they are equal, and
/// after three otherwise.
/// </summary>
internal static class Collision
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Estimate Run(ReadOnlySpan<byte> bits)
    {
        long ofTwo = 0;
        long ofThree = 0;
        int next = 0;
        while (next + 1 < bits.Length)
        {
            if (bits[next] == bits[next + 1])
            {
                ofTwo++;
                next += 2;
            }
            else if (next + 2 < bits.Length)
            {
                ofThree++;
                next += 3;
            }
            else
            {
                break;
            }
        }

        long collisions = ofTwo + ofThree;
        if (collisions < 2)
        {
            return Estimate.None("needs 2 collisions");
        }

        double mean = next / (double)collisions;
        double squares = (4.0 * ofTwo) + (9.0 * ofThree);
        double deviation = Math.Sqrt(Math.Max(0, squares - (next * mean)) / (collisions - 1));
        double lower = Math.Max(2, mean - (Confidence.Z * deviation / Math.Sqrt(collisions)));

        // For two values the equation of step 7 comes to 2 + 2p − 2p² = lower bound of the mean; above 2.5 it has no solution, and step 8 says full entropy.
        double p = lower < 2.5 ? 0.5 + Math.Sqrt(1.25 - (0.5 * lower)) : 0.5;
        return Estimate.Of(
            Confidence.Bits(p), ("collisions", collisions), ("mean", mean), ("deviation", deviation), ("meanLower", lower), ("p", p));
    }
}
