using ImagePrep.Catalog;

namespace ImagePrep.Tests.Catalog;

public sealed class IdentityCatalogTests
{
    [Fact]
    public void All_EveryEntry_SaysWhatWhyAndWhere()
    {
        IdentityCatalog.All.Count.ShouldBeGreaterThan(15);
        IdentityCatalog.All.Select(entry => entry.Id).ShouldBeUnique();
        foreach (IdentityEntry entry in IdentityCatalog.All)
        {
            entry.Id.ShouldNotBeEmpty();
            entry.Why.ShouldEndWith(".", customMessage: entry.Id);
            entry.Source.ShouldNotBeEmpty(entry.Id);
            entry.Paths.ShouldNotBeEmpty(entry.Id);
            entry.Paths.ShouldAllBe(path => path.StartsWith('/') && !path.Contains("//") && path.Length > 5, entry.Id);
            (entry.Content.Length > 0).ShouldBe(entry.Action == IdentityAction.Rewrite, entry.Id);
        }
    }

    [Theory]
    [InlineData("- id: a\n  path: /etc/x\n")]
    [InlineData("- id: a\n  paths: [/etc/x]\n  action: burn\n")]
    public void Parse_MisspeltEntry_Throws(string yaml) => Should.Throw<Exception>(() => IdentityCatalog.Parse(yaml));
}
