using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;

namespace ImagePrep.Tests.Catalog.Families;

/// <summary>Guests of every family, prepared, and the exact difference; and that no entry of the catalog is there for nothing.</summary>
public sealed class FamilyTests
{
    public static TheoryData<string> Names => [.. FamilyTree.Names];

    public static TheoryData<string> Entries => [.. GuestCatalog.BuiltIn.Entries.Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Prepare_Family_ChangesExactlyWhatItsFileSays(string family)
    {
        string actual = Text(FamilyPreparation.Run(new FamilyTree(family), GuestCatalog.BuiltIn));

        if (actual != Expected(family))
        {
            string written = Path.Combine(Path.GetTempPath(), family + ".diff");
            File.WriteAllText(written, actual);
            Assert.Fail($"something else happened than {family}.diff says; it is in {written}, to be copied to {FamilyTree.Folder} if it is right:\n{Changed(family, actual)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Prepare_Twice_ChangesNothingTheSecondTime(string family)
    {
        FamilyTree tree = new(family);
        FamilyPreparation.Run(tree, GuestCatalog.BuiltIn);
        IReadOnlyList<string> once = tree.Dump();

        IReadOnlyList<string> lines = FamilyPreparation.Run(tree, GuestCatalog.BuiltIn);

        tree.Dump().ShouldBe(once);
        lines.Where(line => !line.StartsWith("report ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void Entry_LeftOut_ChangesWhatHappensToAFamily(string id)
    {
        CatalogEntry entry = GuestCatalog.BuiltIn.Entries.Single(known => known.Id == id);
        if (entry.Actions.All(action => action is KeepAction))
        {
            // What is kept shows only where a pattern would take it: KeepTests.
            return;
        }

        GuestCatalog without = GuestCatalog.BuiltIn.Without(known => known.Id == id);
        FamilyTree.Names.ShouldContain(
            family => Text(FamilyPreparation.Run(new FamilyTree(family), without)) != Expected(family),
            $"no family shows what {id} does");
    }

    private static string Expected(string family) =>
        Path.Combine(FamilyTree.Folder, family + ".diff") is var path && File.Exists(path) ? File.ReadAllText(path) : "";

    private static string Changed(string family, string actual)
    {
        string[] expected = Expected(family).Split('\n');
        string[] lines = actual.Split('\n');
        return string.Join('\n', [.. expected.Except(lines).Select(line => "missing: " + line), .. lines.Except(expected).Select(line => "new: " + line)]);
    }

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
