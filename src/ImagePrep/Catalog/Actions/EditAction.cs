using System.Text;
using ImagePrep.Guests;
using ImagePrep.Steps;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.Actions;

/// <summary>
/// Edits files that are there. Text is taken as Latin-1, in which every byte is one character, so that bytes that are no text survive an edit.
/// </summary>
/// <param name="Patterns">Guest paths; '*' and '?' stand in a name.</param>
public abstract record EditAction(IReadOnlyList<string> Patterns) : CatalogAction
{
    public override IEnumerable<string> Pending(CatalogScope scope) => Unedited(scope).Select(pair => pair.File.Path.ToString());

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        foreach ((GuestNode file, byte[] content) in Unedited(scope).ToArray())
        {
            context.Files.PutFile(file.Path, content, file.Info.Permissions, file.Info.UserId, file.Info.GroupId);
        }
    }

    /// <summary>The whole text as it should be.</summary>
    protected abstract string Edit(string text);

    private IEnumerable<(GuestNode File, byte[] Content)> Unedited(CatalogScope scope)
    {
        foreach (GuestNode file in scope.Find(Patterns).Where(node => node.Info.Kind == NodeKind.File))
        {
            byte[] present = GuestTree.ReadAll(file);
            byte[] wanted = Encoding.Latin1.GetBytes(GrubEnvironment.Fit(Edit(Encoding.Latin1.GetString(present))));
            if (!present.AsSpan().SequenceEqual(wanted))
            {
                yield return (file, wanted);
            }
        }
    }
}
