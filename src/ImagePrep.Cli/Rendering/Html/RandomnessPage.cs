using System.Globalization;
using System.Net;
using System.Text;
using ImagePrep.Randomness;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Cli.Rendering.Html;

/// <summary>
/// The result of a battery as one self-contained page: verdicts, statistics against their bounds, and a picture of the first bits. No script, no link, no clock:
/// the same data gives the same page. XHTML, UTF-8.
/// </summary>
internal sealed class RandomnessPage
{
    /// <summary>Blocks whose statistics are drawn.</summary>
    public const int ShownBlocks = 1_000;

    /// <summary>What <see cref="Write"/> wants of the start of the data, in bytes: the word before the first block, and those blocks.</summary>
    public const int HeadBytes = RngTest.PrimingBytes + (ShownBlocks * BlockBytes);

    private const int BlockBytes = 2500;
    private const int PictureWidth = 256;
    private const int PictureBytes = PictureWidth * PictureWidth / 8;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private readonly StringBuilder _html = new();

    /// <param name="source">What was tested, for the title.</param>
    /// <param name="battery">What it was tested with.</param>
    /// <param name="result">What was found.</param>
    /// <param name="head">The first <see cref="HeadBytes"/> bytes of it, or all there is.</param>
    public static string Write(string source, IStreamBattery battery, IBatteryResult result, ReadOnlySpan<byte> head)
    {
        RandomnessPage page = new();
        page.Open(source);
        page.Summary(source, battery, result);
        page.Verdicts(result);
        if (result is Sp80022Result sequences)
        {
            page.PValues(sequences);
        }

        if (result is RngTestResult blocks)
        {
            page.Statistics(blocks, head);
        }

        if (result is not ExactResult)
        {
            page.Picture(head);
        }

        page.Close();
        return page._html.ToString();
    }

    private void Open(string source) => _html.Append(Culture, $$"""
        <!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>Randomness tests of {{Text(source)}}</title>
        <style>
        :root { color-scheme: light dark; --ink: #1c1e21; --paper: #ffffff; --soft: #6a7078; --line: #d9dce0; --band: #dcebdd; --mark: #2c5d8f; --good: #1e7a3c; --bad: #c02626; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --paper: #16181b; --soft: #9aa1a9; --line: #34383d; --band: #23402b; --mark: #7fb2e5; --good: #63c583; --bad: #ff7b72; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        p, figcaption { max-width: 46rem; } .soft, figcaption { color: var(--soft); }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; } td:first-child { white-space: nowrap; }
        th { font-weight: 600; color: var(--soft); } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .good { color: var(--good); } .failed { color: var(--bad); font-weight: 600; } .verdict { font-size: 1.1rem; font-weight: 600; }
        svg { display: block; width: 100%; min-width: 12rem; height: auto; } .band { fill: var(--band); } .mark { fill: var(--mark); } .bad { fill: var(--bad); } .rule { stroke: var(--soft); stroke-dasharray: 4 3; }
        figure { margin: 0; } figure img { width: 512px; max-width: 100%; image-rendering: pixelated; border: 1px solid var(--line); }
        </style>
        </head>
        <body>

        """);

    private void Summary(string source, IStreamBattery battery, IBatteryResult result)
    {
        _html.Append(Culture, $"<h1>Randomness tests of {Text(source)}</h1>\n");
        _html.Append(Culture, $"<p class=\"soft\">{Text(battery.Name)}</p>\n");
        string[] failed = [.. result.Outcomes().Where(test => !test.Passed).Select(test => test.Test).Distinct()];
        string verdict = result.Passed ? "No test failed" : IsEmpty(result) ? "Nothing was tested" : $"Failed: {string.Join(", ", failed)}";
        _html.Append(Culture, $"<p class=\"verdict {(result.Passed ? "good" : "failed")}\">{Text(verdict)}</p>\n");
        _html.Append(Culture, $"<p>{Text(Sentence(result))}</p>\n");
        _html.Append("<p>These tests alarm on a broken generator. They do not measure entropy: a good generator passes them with any seed, known to others or not.</p>\n");
    }

    private static string Sentence(IBatteryResult result) => result switch
    {
        RngTestResult { Blocks: 0 } => RngTestText.NoBlock,
        RngTestResult blocks => string.Create(Culture, $"{blocks.FailedBlocks:N0} of {blocks.Blocks:N0} blocks of 20,000 bits failed; of an ideal source about {blocks.Blocks * IdealRate(blocks):N1} would."),
        ExactResult sample => string.Create(Culture, $"One sample of {sample.SampleBytes:N0} bytes, with bounds for its length of {sample.Alpha:0.###e0} each. An ideal sample fails any of them once in {1 / sample.IdealFailureRateAtMost:N0}, or less. The numbers tell something of the sample: do not publish this page for a seed that is in use."),
        Sp80022Result sequences => string.Create(Culture, $"{sequences.Sequences:N0} sequences of {sequences.SequenceBits:N0} bits.{(sequences.Sequences == Sp80022Battery.MaxSequences ? " " + RngTestText.NoMore : "")} An ideal source fails any of the {sequences.Tests.Length} bounds in at most one run of {1 / sequences.FalseAlarmRate:N0}, as far as its P-values are uniform; single P-values below 0.01 are no failure."),
        _ => "",
    };

    private static double IdealRate(RngTestResult result) => BatteryLimits.ForStream(result.Battery).IdealFailureRate;

    /// <summary>Too little data for any test: no pass, and no test that failed either.</summary>
    private static bool IsEmpty(IBatteryResult result) => result is RngTestResult { Blocks: 0 };

    private void Verdicts(IBatteryResult result)
    {
        if (IsEmpty(result))
        {
            return;
        }

        _html.Append("<h2>Verdicts</h2>\n<div class=\"scroll\"><table>\n<tr><th>test</th><th>statistic</th><th class=\"number\">value</th><th>accepted</th><th>defined in</th><th></th></tr>\n");
        foreach (TestOutcome test in result.Outcomes())
        {
            _html.Append(Culture, $"<tr><td>{Text(test.Test)}</td><td>{Text(test.Statistic)}</td><td class=\"number\">{Number(test.Value)}</td><td>{RngTestText.Accepted(test)}</td><td class=\"soft\">{Text(test.Clause)}</td>{Verdict(test.Passed)}</tr>\n");
        }

        _html.Append("</table></div>\n");
    }

    private void PValues(Sp80022Result result)
    {
        _html.Append("<h2>P-values</h2>\n<p>How many sequences have a P-value in each tenth from 0 to 1. Of an ideal source the bars are about equally high: the dashed line.</p>\n");
        _html.Append("<div class=\"scroll\"><table>\n<tr><th>test</th><th class=\"number\">P ≥ 0.01</th><th class=\"number\">smallest</th><th class=\"number\">uniformity</th><th>distribution</th></tr>\n");
        foreach (PValueSeries series in result.Series)
        {
            _html.Append(Culture, $"<tr><td>{Text(series.Test)}</td><td class=\"number\">{series.Passing:N0} of {series.Sequences:N0}</td><td class=\"number\">{Number(series.Smallest)}</td><td class=\"number\">{Number(series.Uniformity)}</td><td>{PValueChart.Svg(series)}</td></tr>\n");
        }

        _html.Append("</table></div>\n");
    }

    private void Statistics(RngTestResult result, ReadOnlySpan<byte> head)
    {
        if (result.Blocks == 0)
        {
            return;
        }

        ReadOnlySpan<byte> blocks = head[RngTest.PrimingBytes..];
        int shown = (int)Math.Min(result.Blocks, blocks.Length / BlockBytes);
        BatteryLimits limits = BatteryLimits.ForStream(result.Battery);
        string which = shown == result.Blocks ? (shown == 1 ? "the block" : string.Create(Culture, $"all {shown:N0} blocks")) : string.Create(Culture, $"the first {shown:N0} blocks");
        _html.Append(Culture, $"<h2>Statistics of {which}</h2>\n<p>Each mark is a block, darker where many fall together; the band is what passes.</p>\n");
        _html.Append("<div class=\"scroll\"><table>\n<tr><th>statistic</th><th class=\"number\">smallest</th><th class=\"number\">mean</th><th class=\"number\">largest</th><th class=\"number\">accepted</th><th></th></tr>\n");
        foreach (StatisticSpread spread in StatisticSpread.Of(blocks[..(shown * BlockBytes)], limits))
        {
            string accepted = spread.Low is { } low ? string.Create(Culture, $"{low:N0} to {spread.High:N0}") : string.Create(Culture, $"at most {spread.High:N0}");
            _html.Append(Culture, $"<tr><td>{Text(spread.Statistic)}</td><td class=\"number\">{spread.Smallest:N0}</td><td class=\"number\">{spread.Mean:N1}</td><td class=\"number\">{spread.Largest:N0}</td><td class=\"number\">{accepted}</td><td style=\"width: 40%\">{SpreadChart.Svg(spread)}</td></tr>\n");
        }

        _html.Append("</table></div>\n");
    }

    private void Picture(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> bits = head[..Math.Min(head.Length, PictureBytes)];
        int rows = bits.Length * 8 / PictureWidth;
        if (rows == 0)
        {
            return;
        }

        _html.Append(Culture, $"""
            <h2>The first bits</h2>
            <figure><img alt="The first {rows * PictureWidth:N0} bits, {PictureWidth} in a row" src="{BitmapImage.DataUri(bits, PictureWidth)}"/>
            <figcaption>The first {rows * PictureWidth:N0} bits, {PictureWidth} in a row, ones dark. Stripes, checks and patches are what an eye finds and a count may miss; their absence shows
            nothing. Who has this page has these bits: do not make it of data that is still to be used.</figcaption></figure>

            """);
    }

    private void Close() => _html.Append("</body>\n</html>\n");

    private static string Verdict(bool passed) => passed ? "<td class=\"good\">passed</td>" : "<td class=\"failed\">failed</td>";

    private static string Number(double? value) => value is { } number ? RngTestText.Number(number) : "";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
