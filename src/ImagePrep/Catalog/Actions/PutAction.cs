using System.Text;
using ImagePrep.Guests;
using ImagePrep.Steps;

namespace ImagePrep.Catalog.Actions;

/// <summary>Puts whole files of ours into the guest: settings that its own programs read.</summary>
public abstract record PutAction : CatalogAction
{
    public override CatalogStage Stage => CatalogStage.Configure;

    public override IEnumerable<string> Pending(CatalogScope scope) =>
        Files().Where(file => scope.Files.ReadText(file.Path) != file.Content).Select(file => file.Path);

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        foreach ((string path, string content, int permissions) in Files())
        {
            context.Files.PutFile(GuestPath.Parse(path), Encoding.UTF8.GetBytes(content), permissions);
        }
    }

    protected abstract IEnumerable<(string Path, string Content, int Permissions)> Files();
}
