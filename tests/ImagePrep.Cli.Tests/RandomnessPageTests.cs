using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>The page of <c>rngtest --html</c>: one file that needs nothing else, says what was found, and shows what it was found in.</summary>
public sealed partial class RandomnessPageTests : IDisposable
{
    private static readonly XNamespace Html = "http://www.w3.org/1999/xhtml";

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("fips140-2-cn1", 2_000_004)]
    [InlineData("fips140-1", 2_504)]
    [InlineData("sp800-22", 500_000)]
    [InlineData("exact", 512)]
    public void Page_EveryBattery_StandsByItself(string battery, int length)
    {
        XDocument page = Page(Good(length), 0, "--battery", battery);

        Text(page).ShouldContain("No test failed");
        string[] addresses = [.. page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "href").Select(attribute => attribute.Value)];
        addresses.ShouldAllBe(address => address.StartsWith("data:", StringComparison.Ordinal));
        page.Descendants(Html + "script").ShouldBeEmpty();
        page.ToString().ShouldNotContain("url(");
        page.ToString().ShouldNotContain(_scratch.Path);
    }

    [Fact]
    public void Page_Picture_IsTheFirstBits()
    {
        byte[] data = Good(100_004);
        string address = Page(data, 0).Descendants().Attributes("src").Single().Value;

        byte[] bitmap = Convert.FromBase64String(address["data:image/bmp;base64,".Length..]);
        bitmap[..2].ShouldBe("BM"u8.ToArray());
        BitConverter.ToInt32(bitmap, 18).ShouldBe(256);
        BitConverter.ToInt32(bitmap, 22).ShouldBe(-256);
        bitmap[BitConverter.ToInt32(bitmap, 10)..].ShouldBe(data[..8192]);
    }

    [Fact]
    public void Page_BadData_SaysWhatFailedAndDrawsItRed()
    {
        XDocument page = Page(new byte[10_004], 1);

        Text(page).ShouldContain("4 of 4 blocks of 20,000 bits failed");
        page.Descendants(Html + "td").Count(cell => cell.Attribute("class")?.Value == "failed").ShouldBe(5);
        page.Descendants().Count(element => element.Attribute("class")?.Value == "bad").ShouldBe(15);
    }

    [Fact]
    public void Page_Statistics_AreThoseOfTheBlocks()
    {
        // Each block is half ones, in an order that leaves one run of each: ones 10,000, one run of zeros and one of ones of 6 or more.
        byte[] block = [.. Enumerable.Repeat((byte)0xFF, 1250), .. new byte[1250]];
        XDocument page = Page([.. new byte[4], .. block, .. block], 1);

        Row(page, "ones").ShouldBe(["10,000", "10,000.0", "10,000", "9,726 to 10,274"]);
        Row(page, "sum of squared nibble counts").ShouldBe(["12,500,000", "12,500,000.0", "12,500,000", "1,563,176 to 1,576,928"]);
        Row(page, "runs of zeros, length 6 or more").ShouldBe(["1", "1.0", "1", "103 to 209"]);
        Row(page, "runs of ones, length 1").ShouldBe(["0", "0.0", "0", "2,315 to 2,685"]);
        Row(page, "longest run").ShouldBe(["10,000", "10,000.0", "10,000", "at most 25"]);
    }

    [Fact]
    public void Page_SampleOfTheExactBattery_IsNotShown()
    {
        byte[] seed = Good(512);
        XDocument page = Page(seed, 0, "--battery", "exact");

        page.Descendants(Html + "img").ShouldBeEmpty();
        Text(page).ShouldContain("do not publish this page for a seed that is in use");
        page.ToString().ShouldNotContain(Convert.ToBase64String(seed[..30]));
    }

    [Fact]
    public void Page_OfAPipe_IsThatOfTheFile()
    {
        byte[] data = Good(3_000_004);
        string fromFile = Page(data, 0).ToString();
        CliProgram.Run(["rngtest", "-", "--html", _scratch.File("pipe.html")], input: data).EnsureSuccess("rngtest");

        File.ReadAllText(_scratch.File("pipe.html")).Replace("standard input", "data", StringComparison.Ordinal)
            .ShouldBe(File.ReadAllText(_scratch.File("page.html")));
        fromFile.ShouldContain("all 1,000 blocks".Replace("all", "the first", StringComparison.Ordinal));
    }

    [Fact]
    public void Page_OverTheDataItself_IsMisuse()
    {
        File.WriteAllBytes(_scratch.File("data"), Good(2_504));
        ToolResult run = CliProgram.Run("rngtest", _scratch.File("data"), "--html", Path.Combine(_scratch.Path, ".", "data"));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--html");
        new FileInfo(_scratch.File("data")).Length.ShouldBe(2_504);
    }

    [Fact]
    public void Page_OverALinkToTheData_IsMisuse()
    {
        byte[] data = Good(2_504);
        File.WriteAllBytes(_scratch.File("data"), data);
        File.CreateSymbolicLink(_scratch.File("link"), "data");

        CliProgram.Run("rngtest", _scratch.File("data"), "--html", _scratch.File("link")).ExitCode.ShouldBe(2);
        CliProgram.Run("rngtest", _scratch.File("link"), "--html", _scratch.File("data")).ExitCode.ShouldBe(2);
        File.ReadAllBytes(_scratch.File("data")).ShouldBe(data);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2_503)]
    public void Page_NoWholeBlock_SaysSoAndFailsNoTest(int length)
    {
        XDocument page = Page(Good(length), 1);

        Text(page).ShouldContain("Nothing was tested");
        Text(page).ShouldContain("No whole block to test");
        Text(page).ShouldNotContain("Failed:");
        page.Descendants(Html + "td").ShouldBeEmpty();
    }

    [Fact]
    public void Page_FileNameFullOfMarkup_IsText()
    {
        string name = _scratch.File("<b>&'\"");
        File.WriteAllBytes(name, Good(2_504));
        CliProgram.Run("rngtest", name, "--html", _scratch.File("page.html")).EnsureSuccess("rngtest");

        XDocument.Load(_scratch.File("page.html")).Descendants(Html + "h1").Single().Value.ShouldBe("Randomness tests of <b>&'\"");
    }

    private XDocument Page(byte[] data, int exitCode, params string[] more)
    {
        File.WriteAllBytes(_scratch.File("data"), data);
        ToolResult run = CliProgram.Run(["rngtest", _scratch.File("data"), "--html", _scratch.File("page.html"), .. more]);
        run.ExitCode.ShouldBe(exitCode, run.Output + run.Error);

        // Well-formed, or this throws.
        return XDocument.Load(_scratch.File("page.html"));
    }

    private static string[] Row(XDocument page, string statistic) =>
        [.. page.Descendants(Html + "tr").Single(row => row.Elements().First().Value == statistic).Elements().Skip(1).Take(4).Select(cell => cell.Value)];

    private static string Text(XDocument page) => Blank().Replace(page.Root!.Value, " ");

    /// <summary>A fixed stream that passes every battery used here.</summary>
    private static byte[] Good(int length)
    {
        byte[] bytes = new byte[length];
        ulong state = 0x5DEECE66D;
        for (int i = 0; i < length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            bytes[i] = (byte)(z >> 56);
        }

        return bytes;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
