namespace ImagePrep.Catalog.Actions;

/// <summary>Puts one file.</summary>
/// <param name="Path">Where.</param>
/// <param name="Content">All of it.</param>
/// <param name="Permissions">Low 12 bits of st_mode; root owns it.</param>
public sealed record WriteAction(string Path, string Content, int Permissions) : PutAction
{
    public override string Describe() => $"writes `{Path}`";

    protected override IEnumerable<(string Path, string Content, int Permissions)> Files() => [(Path, Content, Permissions)];
}
