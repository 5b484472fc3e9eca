using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Provenance;

namespace ImagePrep.Steps;

/// <summary>A secret that was taken out of the image: where it was, what it was, and a commitment to it; never the secret.</summary>
public sealed record RemovedSecret(string Path, string Kind, string Commitment);

/// <summary>What a guest step works on, and where it leaves its findings.</summary>
public sealed class GuestStepContext(GuestEditor files, Guest guest)
{
    private readonly List<RemovedSecret> _removedSecrets = [];
    private readonly List<SlotPlacement> _slots = [];

    public GuestEditor Files { get; } = files;

    public Guest Guest { get; } = guest;

    public IReadOnlyList<RemovedSecret> RemovedSecrets => _removedSecrets;

    /// <summary>Slots placed so far, in order.</summary>
    public IReadOnlyList<SlotPlacement> Slots => _slots;

    /// <summary>Removes a path; a file is first recorded as a secret of this kind.</summary>
    public void RemoveSecret(GuestNode node, string kind)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Info.Kind == Storage.FileSystems.NodeKind.File)
        {
            _removedSecrets.Add(new RemovedSecret(node.Path.ToString(), kind, Commitment.Of(kind, GuestTree.ReadAll(node))));
        }

        Files.Remove(node.Path);
    }

    /// <summary>Puts a slot's placeholder at its path, and remembers it for the golden image.</summary>
    public void PlaceSlot(SlotDefinition slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        GuestPath path = GuestPath.Parse(slot.Path);
        Files.PutFile(path, slot.Placeholder, slot.Permissions);
        _slots.Add(new SlotPlacement(slot, Files.Find(path).Path));
    }
}
