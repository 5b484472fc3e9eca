using ImagePrep.Catalog;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Inspection;

/// <summary>What clones of this guest would share: the catalog, looked up and not touched.</summary>
internal static class GuestFindings
{
    private const string DeviceOrderReason =
        "Goes by device order, which another disk controller or a second disk changes; preparing leaves it. Instead,";

    public static IEnumerable<Finding> Of(GuestTree files, IReadOnlyList<PartitionContent> contents)
    {
        foreach (IdentityEntry entry in IdentityCatalog.All)
        {
            foreach (GuestNode node in entry.Paths.SelectMany(files.Glob).Where(IsStillShared))
            {
                bool asRewritten = entry.Action == IdentityAction.Rewrite && files.ReadText(node.Path.ToString()) == entry.Content;
                if (!asRewritten)
                {
                    yield return new Finding(
                        entry.Secret.Length > 0 ? FindingSeverity.Unsafe : FindingSeverity.Note, entry.Id, node.Path.ToString(), entry.Why);
                }
            }
        }

        string machineId = files.ReadText("/etc/machine-id")?.Trim() ?? "";
        if (machineId.Length == 32 && machineId.All(char.IsAsciiHexDigit))
        {
            yield return new Finding(FindingSeverity.Unsafe, "machine-id", "/etc/machine-id", "Clones with one machine id get one DHCP address and one journal.");
        }

        foreach (DeviceOrderReference reference in DeviceOrderReferences.In(files, contents))
        {
            yield return new Finding(FindingSeverity.Note, "device-order", $"{reference.Where()}: {reference.Reference}", $"{DeviceOrderReason} {reference.Instead}.");
        }
    }

    /// <summary>An empty folder and a slot's placeholder are nobody's identity.</summary>
    private static bool IsStillShared(GuestNode node) => node.Info.Kind switch
    {
        NodeKind.Directory => node.Mount.FileSystem.List(node.Node).Any(),
        NodeKind.File => !SlotNames.IsPlaceholder(node),
        _ => true,
    };
}
