using System.Globalization;
using System.Text;
using ImagePrep.Randomness.Batteries;

namespace ImagePrep.Cli.Rendering.Html;

/// <summary>A statistic of many blocks against its bounds, drawn: what is accepted as a band, each block as a mark, red outside.</summary>
internal static class SpreadChart
{
    private const int Width = 420;
    private const int Height = 22;

    /// <summary>How much is shown on each side of the bounds, as a share of their width. What is further off stands at the edge.</summary>
    private const double Margin = 0.25;

    public static string Svg(StatisticSpread spread)
    {
        double low = spread.Low ?? 0;
        double span = Math.Max(spread.High - low, 1);
        double left = low - (spread.Low is null ? 0 : Margin * span);
        double right = spread.High + (Margin * span);
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{spread.Smallest} to {spread.Largest}, accepted {low} to {spread.High}">""");
        svg.Append(CultureInfo.InvariantCulture, $"""<rect class="band" x="{X(low):0.#}" y="2" width="{X(spread.High) - X(low):0.#}" height="{Height - 4}"/>""");

        // Equal values fall on one mark: a few hundred marks at most, however many blocks.
        foreach (IGrouping<int, long> mark in spread.Values.GroupBy(value => (int)Math.Round(X(value))).OrderBy(mark => mark.Key))
        {
            bool failed = mark.Any(value => value < spread.Low || value > spread.High);
            double opacity = Math.Clamp(mark.Count() * 30.0 / spread.Values.Length, 0.15, 1);
            svg.Append(CultureInfo.InvariantCulture, $"""<rect class="{(failed ? "bad" : "mark")}" x="{mark.Key}" y="5" width="1.5" height="{Height - 10}" opacity="{(failed ? 1 : opacity):0.##}"/>""");
        }

        return svg.Append("</svg>").ToString();

        double X(double value) => Math.Clamp((value - left) / (right - left), 0, 1) * (Width - 2);
    }
}
