using System.Text.RegularExpressions;
using ImagePrep.Catalog;
using ImagePrep.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Catalog;

public sealed class GuestCatalogTests
{
    private const string Own = "- id: own-token\n  what: a token of ours\n  remove: /etc/own/token\n  why: All clones would show it.\n  source: our wiki\n";

    [Fact]
    public void BuiltIn_EveryEntry_SaysWhatWhyAndWhere()
    {
        GuestCatalog.BuiltIn.Entries.Select(entry => entry.Id).ShouldBeUnique();
        foreach (CatalogEntry entry in GuestCatalog.BuiltIn.Entries)
        {
            Regex.IsMatch(entry.Id, "^[a-z0-9]+(-[a-z0-9]+)*$").ShouldBeTrue(entry.Id);
            entry.Why.ShouldEndWith(".", customMessage: entry.Id);
            entry.Rows.ShouldNotBeEmpty(entry.Id);
            entry.Rows.ShouldAllBe(row => Regex.IsMatch(row, "^[A-F][0-9]{2}b?$"), entry.Id);
        }
    }

    [Fact]
    public void With_OwnFile_ComesAfterTheBuiltInOnesAndIsNamed()
    {
        using ScratchFolder folder = new();
        string file = folder.File("own.yaml");
        File.WriteAllText(file, Own);

        GuestCatalog catalog = GuestCatalog.With([file]);

        catalog.Entries[^1].Id.ShouldBe("own-token");
        catalog.Entries.Count.ShouldBe(GuestCatalog.BuiltIn.Entries.Count + 1);
        catalog.Added.ShouldHaveSingleItem().Name.ShouldBe("own");
    }

    [Fact]
    public void With_IdThatIsTaken_IsRefused()
    {
        using ScratchFolder folder = new();
        string file = folder.File("own.yaml");
        File.WriteAllText(file, Own.Replace("own-token", GuestCatalog.BuiltIn.Entries[0].Id));

        Should.Throw<RecipeException>(() => GuestCatalog.With([file])).Message.ShouldContain("is the id of another entry");
        File.WriteAllText(file, Own + Own);
        Should.Throw<RecipeException>(() => GuestCatalog.With([file])).Message.ShouldContain("own-token");
    }

    [Fact]
    public void Schema_InTheRepository_IsCurrent() =>
        File.ReadAllText(Repository.File("recipes", "catalog.schema.json"))
            .ShouldBe(CatalogSchema.Write(), "write it anew with: imageprep catalog --schema > recipes/catalog.schema.json");

    [Fact]
    public void Page_InTheRepository_IsCurrent() =>
        File.ReadAllText(Repository.File("docs", "catalog.md"))
            .ShouldBe(CatalogPage.Write(GuestCatalog.BuiltIn), "write it anew with: imageprep catalog --markdown > docs/catalog.md");
}
