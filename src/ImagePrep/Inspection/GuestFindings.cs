using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;

namespace ImagePrep.Inspection;

/// <summary>What clones of this guest would share: the catalog, looked up and not touched.</summary>
internal static class GuestFindings
{
    private const string DeviceOrderReason =
        "Goes by device order, which another disk controller or a second disk changes; preparing leaves it. Instead,";

    public static IEnumerable<Finding> Of(GuestTree files, Guest guest, GuestCatalog catalog, IReadOnlyList<PartitionContent> contents)
    {
        CatalogScope scope = new(files, keptByRecipe: [], catalog.Kept);
        foreach ((CatalogEntry entry, CatalogAction action) in catalog.For(CatalogStage.Clean, files, guest))
        {
            FindingSeverity severity = action is RemoveAction { Secret.IsSecret: true } or EmptyAction { Secret.IsSecret: true } ? FindingSeverity.Unsafe : FindingSeverity.Note;
            IEnumerable<string> paths = action is ReportAction report ? report.Found(scope) : action.Pending(scope);
            foreach (string path in paths)
            {
                yield return new Finding(severity, entry.Id, path, entry.Why);
            }
        }

        foreach ((CatalogEntry entry, CatalogAction action) in catalog.For(CatalogStage.Configure, files, guest))
        {
            foreach (string path in action.Pending(scope))
            {
                yield return new Finding(FindingSeverity.Unsafe, entry.Id, path, entry.Why);
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
}
