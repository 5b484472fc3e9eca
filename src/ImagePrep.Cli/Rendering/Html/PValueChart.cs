using System.Globalization;
using System.Text;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Cli.Rendering.Html;

/// <summary>P-values of one test over all sequences, as a histogram of ten classes. Of an ideal source all classes are about equally high.</summary>
internal static class PValueChart
{
    private const int Classes = 10;
    private const int BarWidth = 20;
    private const int Height = 40;

    public static string Svg(PValueSeries series)
    {
        int[] counts = new int[Classes];
        foreach (double value in series.PValues.OfType<double>())
        {
            counts[Math.Min((int)(value * Classes), Classes - 1)]++;
        }

        double expected = Math.Max(series.Sequences / (double)Classes, 1e-9);
        double highest = Math.Max(counts.Max(), 2 * expected);
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg viewBox="0 0 {Classes * BarWidth} {Height}" role="img" aria-label="counts {string.Join(' ', counts)}">""");
        for (int i = 0; i < Classes; i++)
        {
            double height = counts[i] / highest * Height;
            svg.Append(CultureInfo.InvariantCulture, $"""<rect class="mark" x="{(i * BarWidth) + 1}" y="{Height - height:0.#}" width="{BarWidth - 2}" height="{height:0.#}"/>""");
        }

        double line = Height - (expected / highest * Height);
        return svg.Append(CultureInfo.InvariantCulture, $"""<line class="rule" x1="0" x2="{Classes * BarWidth}" y1="{line:0.#}" y2="{line:0.#}"/></svg>""").ToString();
    }
}
