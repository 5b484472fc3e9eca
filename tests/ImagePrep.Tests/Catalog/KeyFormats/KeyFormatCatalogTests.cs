using ImagePrep.Catalog;
using ImagePrep.Catalog.KeyFormats;

namespace ImagePrep.Tests.Catalog.KeyFormats;

public sealed class KeyFormatCatalogTests
{
    private static readonly string[] Rows = [.. Enumerable.Range(1, 23).Select(row => $"E{row:00}")];

    [Fact]
    public void All_EveryRowOfTheInventory_HasAFormat() =>
        KeyFormatCatalog.All.SelectMany(format => format.Rows).Distinct().Order().ShouldBe(Rows);

    [Fact]
    public void All_EveryFormat_SaysWhatAndIsQuickToRuleOut()
    {
        KeyFormatCatalog.All.Select(format => format.Id).ShouldBeUnique();
        foreach (KeyFormat format in KeyFormatCatalog.All)
        {
            format.What.ShouldNotBeEmpty(format.Id);
            format.Paths.ShouldAllBe(path => path.StartsWith('/') || path.StartsWith('*'), format.Id);
        }
    }

    [Fact]
    public void All_EveryExpression_RunsInLinearTime()
    {
        foreach (KeyFormat format in KeyFormatCatalog.All)
        {
            SafePattern.Problem(format.Matches?.Pattern ?? "").ShouldBeNull(format.Id);
            SafePattern.Problem(format.Encrypted?.Pattern ?? "").ShouldBeNull(format.Id);
        }
    }

    [Theory]
    [InlineData("- {id: a, rows: [E01], what: x, private: true, contains: k, check: magic}", "'magic' is not a known check")]
    [InlineData("- {id: a, rows: [E01], what: x, private: maybe, contains: k}", "private is true or false")]
    [InlineData("- {id: a, rows: [E01], what: x, contains: k}", "no private")]
    [InlineData("- {id: a, rows: [E01], what: x, private: true, contain: k}", "'contain' is not a known key")]
    [InlineData("- {id: a, rows: [E01], what: x, private: true, begins: k, begins-hex: '00'}", "begins and begins-hex")]
    [InlineData("- {id: a, rows: [E01], what: x, private: true, matches: k}", "neither path, begins nor contains")]
    [InlineData("- {id: a, what: x, private: true, contains: k}", "names no row")]
    [InlineData("- {id: a, rows: [E01], what: x, private: true, contains: k}\n- {id: a, rows: [E01], what: x, private: true, contains: k}", "is there twice")]
    public void Parse_Mistake_ThrowsAndSaysWhich(string yaml, string message) =>
        Should.Throw<FormatException>(() => KeyFormatCatalog.Parse(yaml)).Message.ShouldContain(message);
}
