using System.Security.Cryptography;
using System.Text;
using ImagePrep.Catalog;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Provenance;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Templates;

namespace ImagePrep.Steps;

/// <summary>
/// A secret that was taken out of the image: where it was, what it was, and a commitment to it; never the secret. No commitment where the content could
/// be guessed.
/// </summary>
public sealed record RemovedSecret(string Path, string Kind, string Commitment);

/// <summary>Something that stays in the image because no edit of an image at rest can put it right.</summary>
/// <param name="Id">Entry of the catalog.</param>
/// <param name="Path">Guest path; empty where there is none to name.</param>
/// <param name="Why">One sentence.</param>
public sealed record ReportedItem(string Id, string Path, string Why);

/// <summary>What a guest step works on, and where it leaves its findings.</summary>
public sealed class GuestStepContext(GuestEditor files, Guest guest, GuestCatalog catalog)
{
    private readonly List<RemovedSecret> _removedSecrets = [];
    private readonly List<ReportedItem> _reported = [];
    private readonly List<Slot> _slots = [];

    public GuestEditor Files { get; } = files;

    public Guest Guest { get; } = guest;

    public GuestCatalog Catalog { get; } = catalog;

    public IReadOnlyList<RemovedSecret> RemovedSecrets => _removedSecrets;

    /// <summary>What stays and should be known.</summary>
    public IReadOnlyList<ReportedItem> Reported => _reported;

    /// <summary>Slots placed so far, in order.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>Removes a file or link, or a folder with all it holds, but for what the recipe keeps; each file is first recorded when it is a secret.</summary>
    public void RemoveTree(GuestNode node, CatalogScope scope, SecretKind secret)
    {
        ArgumentNullException.ThrowIfNull(scope);
        Files.RemoveTree(node, scope.IsKept, removed => Record(removed, secret));
    }

    /// <summary>Records what a file holds, when that is a secret, before it is taken out.</summary>
    public void Record(GuestNode node, SecretKind secret)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(secret);
        if (node.Info.Kind != NodeKind.File || !secret.IsSecret)
        {
            return;
        }

        string commitment = "";
        if (secret.Commit && node.Info.Size >= Commitment.MinSecretBytes)
        {
            byte[] content = GuestTree.ReadAll(node);
            commitment = Commitment.Of(secret.Name, content);
            CryptographicOperations.ZeroMemory(content);
        }

        _removedSecrets.Add(new RemovedSecret(node.Path.ToString(), secret.Name, commitment));
    }

    /// <summary>Records secrets that were taken out elsewhere than in a file of their own.</summary>
    public void Record(IEnumerable<RemovedSecret> secrets) => _removedSecrets.AddRange(secrets);

    public void Report(ReportedItem item) => _reported.Add(item);

    /// <summary>
    /// Places what the manifest of the guest's init system lists for a step, where its conditions hold, and takes back what an earlier preparation
    /// with other options placed.
    /// </summary>
    /// <param name="step">Name of the step.</param>
    /// <param name="options">Names of the options that are on.</param>
    public void PlaceTemplates(string step, IReadOnlySet<string> options)
    {
        if (!InitSystem.Supported.Contains(Guest.Init.Name, StringComparer.Ordinal))
        {
            return;
        }

        GuestConditions conditions = new(Files, Guest, options);
        ILookup<bool, TemplateEntry> entries = TemplateManifest.Of(Guest.Init.Name).Entries
            .Where(entry => entry.Step == step)
            .ToLookup(entry => conditions.Hold(entry.When));
        foreach (TemplateEntry entry in entries[true])
        {
            Place(entry);
        }

        HashSet<GuestPath> placed = [.. entries[true].Select(entry => Files.Find(entry.Path, followLast: false).Path)];
        foreach (TemplateEntry entry in entries[false].Where(entry => entry.IsOwn))
        {
            TakeBack(entry.Path, placed);
        }
    }

    private void Place(TemplateEntry entry)
    {
        if (entry.Link.Length > 0)
        {
            Files.PutLink(entry.Path, entry.Link);
            return;
        }

        Files.PutFile(entry.Path, entry.Content, entry.Permissions);
        if (entry.Attribute.Length > 0)
        {
            int equals = entry.Attribute.IndexOf('=', StringComparison.Ordinal);
            Files.PutAttribute(entry.Path, entry.Attribute[..equals], Encoding.ASCII.GetBytes(entry.Attribute[(equals + 1)..]));
        }

        if (entry.Slot.Length > 0)
        {
            _slots.Add(new Slot(entry.Slot, Files.Find(entry.Path).Path, entry.Content));
        }
    }

    /// <summary>Removes a file or link, and the folder of drop-ins or wanted units in which it was the last one.</summary>
    private void TakeBack(GuestPath path, HashSet<GuestPath> placed)
    {
        // A folder of drop-ins may be a link to that of another unit: then this may be what was just placed there.
        if (!Files.TryFind(path, out GuestNode? node, followLast: false) || node.Info.Kind == NodeKind.Directory || placed.Contains(node.Path))
        {
            return;
        }

        Files.Remove(node.Path);
        GuestPath folder = node.Path.Parent;
        string name = folder.IsRoot ? "" : folder.Name.ToString();
        if ((name.EndsWith(".d", StringComparison.Ordinal) || name.EndsWith(".wants", StringComparison.Ordinal)) && Files.List(folder).Count == 0)
        {
            Files.Remove(folder);
        }
    }
}
