namespace ImagePrep.Randomness.Statistics;

/// <summary>
/// Discrete Fourier transform of any length, with a fast step for each prime factor: X(k) = Σ x(j) e^(−2πijk/n). The work grows with the length times the sum of
/// its prime factors, so lengths with a large one are slow.
/// </summary>
/// <remarks>
/// Stockham's form: a step for a factor r takes r values that lie a multiple of the rest apart, transforms them, turns them and writes them next to each other,
/// so no reordering is needed. Tables of one length are kept for the next transform.
/// </remarks>
internal sealed class FourierTransform
{
    private static FourierTransform? s_last;

    private readonly int _length;
    private readonly List<int> _factors;
    private readonly double[] _cosines;
    private readonly double[] _sines;

    private FourierTransform(int length)
    {
        _length = length;
        _factors = Factors(length);
        _cosines = new double[length];
        _sines = new double[length];
        for (int j = 0; j < length; j++)
        {
            (_sines[j], _cosines[j]) = Math.SinCos(-2 * Math.PI * j / length);
        }
    }

    /// <summary>The largest prime factor of a number from 1.</summary>
    public static int LargestPrimeFactor(int number) => Factors(number).Select(factor => factor == 4 ? 2 : factor).DefaultIfEmpty(1).Max();

    /// <summary>|X(k)|² of real values for k = 0 … n/2 − 1 (rounded down).</summary>
    public static double[] PowerOfFirstHalf(ReadOnlySpan<double> values)
    {
        double[] powers = new double[values.Length / 2];
        if (values.Length % 2 != 0)
        {
            double[] real = values.ToArray();
            double[] imaginary = new double[real.Length];
            Of(real.Length).Transform(ref real, ref imaginary);
            for (int k = 0; k < powers.Length; k++)
            {
                powers[k] = (real[k] * real[k]) + (imaginary[k] * imaginary[k]);
            }

            return powers;
        }

        // Two neighbours as one complex value halve the length; the spectra of the even and of the odd places are its symmetric and antisymmetric parts.
        int half = powers.Length;
        double[] evens = new double[half];
        double[] odds = new double[half];
        for (int j = 0; j < half; j++)
        {
            evens[j] = values[2 * j];
            odds[j] = values[(2 * j) + 1];
        }

        Of(half).Transform(ref evens, ref odds);
        for (int k = 0; k < half; k++)
        {
            int mirrored = k == 0 ? 0 : half - k;
            double evenReal = (evens[k] + evens[mirrored]) / 2;
            double evenImaginary = (odds[k] - odds[mirrored]) / 2;
            double oddReal = (odds[k] + odds[mirrored]) / 2;
            double oddImaginary = (evens[mirrored] - evens[k]) / 2;
            (double sine, double cosine) = Math.SinCos(-Math.PI * k / half);
            double real = evenReal + (cosine * oddReal) - (sine * oddImaginary);
            double imaginary = evenImaginary + (cosine * oddImaginary) + (sine * oddReal);
            powers[k] = (real * real) + (imaginary * imaginary);
        }

        return powers;
    }

    private static FourierTransform Of(int length)
    {
        FourierTransform? last = Volatile.Read(ref s_last);
        if (last is null || last._length != length)
        {
            last = new FourierTransform(length);
            Volatile.Write(ref s_last, last);
        }

        return last;
    }

    /// <summary>Factors that are done in one step each: fours, at most one two, and odd primes.</summary>
    private static List<int> Factors(int number)
    {
        List<int> factors = [];
        foreach (int factor in (ReadOnlySpan<int>)[4, 2])
        {
            for (; number % factor == 0; number /= factor)
            {
                factors.Add(factor);
            }
        }

        for (int factor = 3; (long)factor * factor <= number; factor += 2)
        {
            for (; number % factor == 0; number /= factor)
            {
                factors.Add(factor);
            }
        }

        if (number > 1)
        {
            factors.Add(number);
        }

        return factors;
    }

    /// <summary>Transforms in place; the arrays may be exchanged for others.</summary>
    private void Transform(ref double[] real, ref double[] imaginary)
    {
        double[] nextReal = new double[_length];
        double[] nextImaginary = new double[_length];
        int stride = 1;
        foreach (int factor in _factors)
        {
            Step step = new(real, imaginary, nextReal, nextImaginary, stride, _length / stride / factor);
            switch (factor)
            {
                case 2:
                    Two(step);
                    break;
                case 4:
                    Four(step);
                    break;
                default:
                    Odd(step, factor);
                    break;
            }

            (real, nextReal) = (nextReal, real);
            (imaginary, nextImaginary) = (nextImaginary, imaginary);
            stride *= factor;
        }
    }

    private void Two(in Step step)
    {
        for (int p = 0; p < step.Groups; p++)
        {
            (double cosine, double sine) = Turn(p, 1, step.Stride);
            for (int q = 0; q < step.Stride; q++)
            {
                int a = q + (step.Stride * p);
                int b = a + (step.Stride * step.Groups);
                int to = q + (step.Stride * 2 * p);
                step.Write(to, step.Real[a] + step.Real[b], step.Imaginary[a] + step.Imaginary[b], 1, 0);
                step.Write(to + step.Stride, step.Real[a] - step.Real[b], step.Imaginary[a] - step.Imaginary[b], cosine, sine);
            }
        }
    }

    private void Four(in Step step)
    {
        int apart = step.Stride * step.Groups;
        for (int p = 0; p < step.Groups; p++)
        {
            (double cosine1, double sine1) = Turn(p, 1, step.Stride);
            (double cosine2, double sine2) = Turn(p, 2, step.Stride);
            (double cosine3, double sine3) = Turn(p, 3, step.Stride);
            for (int q = 0; q < step.Stride; q++)
            {
                int a = q + (step.Stride * p);
                int b = a + apart;
                int c = b + apart;
                int d = c + apart;
                double sumReal = step.Real[a] + step.Real[c];
                double sumImaginary = step.Imaginary[a] + step.Imaginary[c];
                double otherSumReal = step.Real[b] + step.Real[d];
                double otherSumImaginary = step.Imaginary[b] + step.Imaginary[d];
                double differenceReal = step.Real[a] - step.Real[c];
                double differenceImaginary = step.Imaginary[a] - step.Imaginary[c];

                // −i times the difference of the other two.
                double turnedReal = step.Imaginary[b] - step.Imaginary[d];
                double turnedImaginary = step.Real[d] - step.Real[b];
                int to = q + (step.Stride * 4 * p);
                step.Write(to, sumReal + otherSumReal, sumImaginary + otherSumImaginary, 1, 0);
                step.Write(to + step.Stride, differenceReal + turnedReal, differenceImaginary + turnedImaginary, cosine1, sine1);
                step.Write(to + (2 * step.Stride), sumReal - otherSumReal, sumImaginary - otherSumImaginary, cosine2, sine2);
                step.Write(to + (3 * step.Stride), differenceReal - turnedReal, differenceImaginary - turnedImaginary, cosine3, sine3);
            }
        }
    }

    /// <summary>
    /// A step for an odd factor r: values i and r − i meet outputs k and r − k with the same cosine and opposite sines, which halves the multiplications.
    /// </summary>
    private void Odd(in Step step, int factor)
    {
        int half = factor / 2;
        double[] cosines = new double[factor];
        double[] sines = new double[factor];
        for (int i = 0; i < factor; i++)
        {
            (sines[i], cosines[i]) = Math.SinCos(2 * Math.PI * i / factor);
        }

        double[] sumsReal = new double[half];
        double[] sumsImaginary = new double[half];
        double[] differencesReal = new double[half];
        double[] differencesImaginary = new double[half];
        int apart = step.Stride * step.Groups;
        for (int p = 0; p < step.Groups; p++)
        {
            for (int q = 0; q < step.Stride; q++)
            {
                int from = q + (step.Stride * p);
                int to = q + (step.Stride * factor * p);
                double firstReal = step.Real[from];
                double firstImaginary = step.Imaginary[from];
                double totalReal = firstReal;
                double totalImaginary = firstImaginary;
                for (int i = 0; i < half; i++)
                {
                    int a = from + (apart * (i + 1));
                    int b = from + (apart * (factor - i - 1));
                    sumsReal[i] = step.Real[a] + step.Real[b];
                    sumsImaginary[i] = step.Imaginary[a] + step.Imaginary[b];
                    differencesReal[i] = step.Real[a] - step.Real[b];
                    differencesImaginary[i] = step.Imaginary[a] - step.Imaginary[b];
                    totalReal += sumsReal[i];
                    totalImaginary += sumsImaginary[i];
                }

                step.Write(to, totalReal, totalImaginary, 1, 0);
                for (int k = 1; k <= half; k++)
                {
                    double real = firstReal;
                    double imaginary = firstImaginary;
                    double turnedReal = 0;
                    double turnedImaginary = 0;
                    int angle = 0;
                    for (int i = 0; i < half; i++)
                    {
                        angle += k;
                        angle -= angle >= factor ? factor : 0;
                        real += cosines[angle] * sumsReal[i];
                        imaginary += cosines[angle] * sumsImaginary[i];
                        turnedReal += sines[angle] * differencesImaginary[i];
                        turnedImaginary -= sines[angle] * differencesReal[i];
                    }

                    (double cosine, double sine) = Turn(p, k, step.Stride);
                    step.Write(to + (k * step.Stride), real + turnedReal, imaginary + turnedImaginary, cosine, sine);
                    (cosine, sine) = Turn(p, factor - k, step.Stride);
                    step.Write(to + ((factor - k) * step.Stride), real - turnedReal, imaginary - turnedImaginary, cosine, sine);
                }
            }
        }
    }

    private (double Cosine, double Sine) Turn(int group, int output, int stride)
    {
        int index = group * output * stride;
        return (_cosines[index], _sines[index]);
    }

    private readonly struct Step(double[] real, double[] imaginary, double[] toReal, double[] toImaginary, int stride, int groups)
    {
        public readonly double[] Real = real;
        public readonly double[] Imaginary = imaginary;

        /// <summary>Distance of values that belong to the same transform so far.</summary>
        public readonly int Stride = stride;

        /// <summary>Length that is left after this step.</summary>
        public readonly int Groups = groups;

        public void Write(int index, double real, double imaginary, double cosine, double sine)
        {
            toReal[index] = (real * cosine) - (imaginary * sine);
            toImaginary[index] = (real * sine) + (imaginary * cosine);
        }
    }
}
