using System.Text;
using ImagePrep.Guests;
using ImagePrep.Steps;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.Actions;

/// <summary>Names what no edit of an image at rest can put right.</summary>
/// <param name="Patterns">Guest paths; none where there is no path to name.</param>
/// <param name="Match">Regular expression: only files with a line that matches are named. Empty for all.</param>
public sealed record ReportAction(IReadOnlyList<string> Patterns, string Match = "") : CatalogAction
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => Patterns.Count == 0
        ? "is reported"
        : (Match.Length > 0 ? $"reports, if a line matches `{Match}`, " : "reports ") + Code(Patterns);

    public override IEnumerable<string> Pending(CatalogScope scope) => [];

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        // Nothing is changed: see Found.
    }

    /// <summary>What there is to report; one empty path where there is no path to name.</summary>
    public IEnumerable<string> Found(CatalogScope scope) =>
        Patterns.Count == 0 ? [""] : scope.Find(Patterns).Where(HasMatch).Select(node => node.Path.ToString());

    private bool HasMatch(GuestNode node) =>
        Match.Length == 0
        || (node.Info.Kind == NodeKind.File && Encoding.Latin1.GetString(GuestTree.ReadAll(node)).Split('\n').Any(SafePattern.Compile(Match).IsMatch));
}
