using ImagePrep.Catalog.KeyFormats;
using ImagePrep.Errors;
using ImagePrep.Guests;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>Private keys that no entry of the catalog names, recognised by their content once everything else is done.</summary>
internal static class RemainingKeys
{
    private const string Why = "A private key that no catalog entry names: every clone will hold it. Remove it in the base, name it in a catalog of your own, or keep it in the recipe.";

    private const string Incomplete = "The guest has more files than are searched for keys, so there may be others.";

    /// <param name="context">The guest, cleaned.</param>
    /// <param name="keep">Patterns of paths that are meant to stay.</param>
    /// <param name="refuse">Whether one key is enough to stop the run.</param>
    /// <exception cref="StepException">There is one, and the recipe refuses it.</exception>
    public static void Report(GuestStepContext context, IReadOnlyList<string> keep, bool refuse)
    {
        KeyAuditResult audit = KeyAudit.Find(context.Files, keep);
        if (refuse && audit.Keys.Count > 0)
        {
            throw new StepException(
                "reset-identity",
                $"{audit.Keys.Count} private keys would stay in every clone, and the recipe says remaining-keys: refuse:\n"
                + string.Join('\n', audit.Keys.Select(key => $"  {key.Path} ({key.Key.Format})"))
                + "\nRemove them in the base, name them in a catalog of your own, or list them under keep.");
        }

        // Not all are paths: one may name a member of an archive, as long as the archive says.
        GuestPath[] reported = [.. context.Reported.Select(item => GuestPath.TryParse(item.Path, out GuestPath? path) ? path : null).OfType<GuestPath>()];
        foreach (KeyFinding key in audit.Keys.Where(key => !reported.Any(key.Path.IsInside)))
        {
            string certificate = key.Certificate is null ? "" : $" {key.Certificate} is a self-signed certificate for it: with both, any clone can pass for another.";
            context.Report(new ReportedItem(key.Key.Format, key.Path.ToString(), Why + certificate));
        }

        if (!audit.IsComplete)
        {
            context.Report(new ReportedItem("remaining-keys", "", Incomplete));
        }
    }
}
