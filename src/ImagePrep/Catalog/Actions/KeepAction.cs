using ImagePrep.Steps;

namespace ImagePrep.Catalog.Actions;

/// <summary>Names what no pattern of the catalog takes: public things that lie where secrets may, such as certificates of authorities.</summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand for anything, '/' too.</param>
public sealed record KeepAction(IReadOnlyList<string> Patterns) : CatalogAction
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => "keeps " + Code(Patterns);

    public override IEnumerable<string> Pending(CatalogScope scope) => [];

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        // The scope was made without what is kept.
    }
}
