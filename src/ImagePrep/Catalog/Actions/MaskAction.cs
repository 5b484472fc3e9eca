using System.Text;
using ImagePrep.Guests;
using ImagePrep.Steps;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.Actions;

/// <summary>
/// Masks units of systemd. A mask survives presets, first boots and package upgrades, and it is made for units that are not there too: an upgrade may
/// bring them.
/// </summary>
/// <param name="Units">Unit names; a template masks all its instances.</param>
public sealed record MaskAction(IReadOnlyList<string> Units) : CatalogAction
{
    private const string Target = "/dev/null";

    public override CatalogStage Stage => CatalogStage.Configure;

    public override string Describe() => "masks " + Code(Units);

    /// <summary>Units that are installed and not masked.</summary>
    public override IEnumerable<string> Pending(CatalogScope scope) => Units
        .Where(unit => !IsMasked(scope.Files, unit))
        .SelectMany(SystemdUnits.Places)
        .Where(path => scope.Files.TryFind(path, out _, followLast: false));

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        foreach (string unit in Units)
        {
            context.Files.PutLink(GuestPath.Parse(SystemdUnits.Setting(unit)), Target);
        }
    }

    private static bool IsMasked(GuestTree files, string unit) =>
        files.TryFind(SystemdUnits.Setting(unit), out GuestNode? node, followLast: false)
        && node.Info.Kind == NodeKind.SymbolicLink
        && Encoding.ASCII.GetString(node.Mount.FileSystem.ReadLink(node.Node)) == Target;
}
