using ImagePrep.Steps;

namespace ImagePrep.Catalog.Actions;

/// <summary>Names what no edit of an image at rest can put right.</summary>
/// <param name="Patterns">Guest paths; none where there is no path to name.</param>
public sealed record ReportAction(IReadOnlyList<string> Patterns) : CatalogAction
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => Patterns.Count == 0 ? "is reported" : "reports " + Code(Patterns);

    public override IEnumerable<string> Pending(CatalogScope scope) => [];

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        // Nothing is changed: see Found.
    }

    /// <summary>What there is to report; one empty path where there is no path to name.</summary>
    public IEnumerable<string> Found(CatalogScope scope) =>
        Patterns.Count == 0 ? [""] : scope.Find(Patterns).Select(node => node.Path.ToString());
}
