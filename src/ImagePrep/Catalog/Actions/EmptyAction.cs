using ImagePrep.Guests;
using ImagePrep.Steps;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.Actions;

/// <summary>Takes the content of files and keeps the files: missing, they would mean something else to the guest.</summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name.</param>
/// <param name="Secret">What kind of secret the content is.</param>
public sealed record EmptyAction(IReadOnlyList<string> Patterns, SecretKind Secret) : CatalogAction
{
    public override CatalogStage Stage => CatalogStage.Clean;

    public override string Describe() => "empties " + Code(Patterns);

    public override IEnumerable<string> Pending(CatalogScope scope) => Full(scope).Select(node => node.Path.ToString());

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        foreach (GuestNode node in Full(scope).ToArray())
        {
            context.Record(node, Secret);
            context.Files.PutFile(node.Path, [], node.Info.Permissions, node.Info.UserId, node.Info.GroupId);
        }
    }

    private IEnumerable<GuestNode> Full(CatalogScope scope) => scope.Find(Patterns).Where(node => node.Info is { Kind: NodeKind.File, Size: > 0 });
}
