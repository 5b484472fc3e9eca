using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Initramfs;
using ImagePrep.Recipes;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>Takes out every key and identity that clones would share, and makes room for each node's own.</summary>
internal sealed class ResetIdentityStep : IGuestStep
{
    /// <summary>The entry of the catalog that <c>keep-authorized-keys</c> leaves out.</summary>
    private const string AuthorizedKeys = "authorized-keys";

    public string Name => "reset-identity";

    public string Summary => "Removes keys, seeds and identities that clones would share; adds the slots machine-id and hostname.";

    public IReadOnlyList<OptionDefinition> Options => ResetIdentityOptions.Definitions;

    public StepOutcome Apply(GuestStepContext context, OptionValues options)
    {
        ResetIdentityOptions own = ResetIdentityOptions.From(options);
        CatalogScope scope = new(context.Files, own.Keep, context.Catalog.Kept);
        string[] unmatched = [.. own.Keep.Where(pattern => !KeepPattern.IsMatched(context.Files, pattern))];

        // What puts keys into an initramfs is itself taken out below.
        IReadOnlyList<string> initramfsSources = InitramfsSources.In(context.Files);
        string oldName = context.Files.ReadText("/etc/hostname")?.Trim() ?? "";
        foreach ((CatalogEntry entry, CatalogAction action) in context.Catalog.For(CatalogStage.Clean, context.Files, context.Guest))
        {
            if (!own.KeepAuthorizedKeys || entry.Id != AuthorizedKeys)
            {
                Apply(context, scope, entry, action);
            }
        }

        RemoveWhatSshdNames(context, scope, own.KeepAuthorizedKeys);
        InitramfsOutcome initramfs = CleanInitramfs(context, own.Keep, initramfsSources);
        RemainingKeys.Report(context, [.. own.Keep, .. context.Catalog.Kept], own.RefuseRemainingKeys);

        // Behind the remaining keys: those that are reported already are left out there, and a pattern is no key.
        foreach (string pattern in unmatched.Where(pattern => !initramfs.UsedPatterns.Contains(pattern)))
        {
            context.Report(new ReportedItem("keep", pattern, KeepPattern.WhyReported));
        }

        HostsFile.RemoveOwnName(context.Files, oldName);
        context.PlaceTemplates(Name, new HashSet<string>());
        return StepOutcome.Of(context.Files.TakeChanges(), Remark(initramfs));
    }

    /// <summary>Keys at places of the administrator's own choice.</summary>
    private static void RemoveWhatSshdNames(GuestStepContext context, CatalogScope scope, bool keepAuthorizedKeys)
    {
        foreach (GuestNode node in SshServerConfiguration.HostKeyFiles(context.Files).Where(node => node.Info.Kind != NodeKind.File || !SlotNames.IsPlaceholder(node)))
        {
            context.RemoveTree(node, scope, SecretKind.SshHostKey);
        }

        if (!keepAuthorizedKeys)
        {
            foreach (GuestNode node in scope.Find(SshServerConfiguration.AuthorizedKeysPlaces(context.Files)).Where(node => node.Info.Kind != NodeKind.Directory))
            {
                context.RemoveTree(node, scope, SecretKind.None);
            }
        }
    }

    private static InitramfsOutcome CleanInitramfs(GuestStepContext context, IReadOnlyList<string> keep, IReadOnlyList<string> sources)
    {
        InitramfsOutcome outcome = InitramfsCleaning.Apply(context.Files, InitramfsCatalog.All, keep, sources);
        context.Record(outcome.Secrets);
        foreach (ReportedItem item in outcome.Reported)
        {
            context.Report(item);
        }

        return outcome;
    }

    /// <summary>For people; empty when there is nothing to say.</summary>
    private static string Remark(InitramfsOutcome outcome) =>
        outcome.Identities.Count == 0 ? "" : "took out of the initramfs: " + string.Join(", ", outcome.Identities);

    private static void Apply(GuestStepContext context, CatalogScope scope, CatalogEntry entry, CatalogAction action)
    {
        action.Apply(scope, context);
        if (action is ReportAction report)
        {
            foreach (string path in report.Found(scope))
            {
                context.Report(new ReportedItem(entry.Id, path, entry.Why));
            }
        }
    }
}
