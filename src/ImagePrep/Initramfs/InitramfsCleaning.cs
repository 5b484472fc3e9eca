using ImagePrep.Guests;
using ImagePrep.Provenance;
using ImagePrep.Steps;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <param name="Secrets">What was taken out: the path of the file, a colon, the name in the archive.</param>
/// <param name="Identities">What was taken out and is no secret, named in the same way.</param>
/// <param name="Reported">What stays and why, and what could not be read.</param>
public sealed record InitramfsOutcome(
    IReadOnlyList<RemovedSecret> Secrets, IReadOnlyList<string> Identities, IReadOnlyList<ReportedItem> Reported)
{
    /// <summary>Patterns that kept something.</summary>
    public IReadOnlySet<string> UsedPatterns { get; init; } = new HashSet<string>();
}

/// <summary>Takes out of every initramfs what clones would share.</summary>
public static class InitramfsCleaning
{
    /// <param name="files">The guest's files.</param>
    /// <param name="entries">What to look for.</param>
    /// <param name="keep">Patterns of guest paths that stay: a member "etc/x" is meant by "/etc/x".</param>
    /// <param name="sources">What puts secrets into an initramfs here, from <see cref="InitramfsSources.In"/>, asked before the guest was edited.</param>
    /// <exception cref="UnsupportedImageException">One cannot be read and may hold secrets, or cannot be rebuilt.</exception>
    public static InitramfsOutcome Apply(
        GuestEditor files, IReadOnlyList<InitramfsEntry> entries, IReadOnlyList<string> keep, IReadOnlyList<string> sources)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(keep);
        ArgumentNullException.ThrowIfNull(sources);
        List<RemovedSecret> secrets = [];
        List<string> identities = [];
        List<ReportedItem> reported = [];
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (InitramfsArchive archive in InitramfsScan.Find(files, entries))
        {
            if (archive.Obstacle.Length > 0)
            {
                reported.Add(Unread(archive, sources));
            }

            used.UnionWith(keep.Where(pattern => archive.Matches.Any(match => Keeps(pattern, match))));
            InitramfsMatch[] removed =
                [.. archive.Matches.Where(match => match.Entry.Action == InitramfsAction.Remove && !keep.Any(pattern => Keeps(pattern, match)))];
            reported.AddRange(archive.Matches.Except(removed).Select(match => new ReportedItem(match.Entry.Id, Name(archive, match), match.Entry.Why)));
            if (removed.Length > 0)
            {
                Rebuild(files, archive, removed, secrets);
                identities.AddRange(removed.Where(match => match.Entry.Secret.Length == 0).Select(match => Name(archive, match)));
            }
        }

        return new InitramfsOutcome(secrets, identities, reported) { UsedPatterns = used };
    }

    private static bool Keeps(string pattern, InitramfsMatch match) => new PathPatterns([pattern]).Cover("/" + match.Name);

    private static string Name(InitramfsArchive archive, InitramfsMatch match) => $"{archive.File.Path}:{match.Name}";

    private static ReportedItem Unread(InitramfsArchive archive, IReadOnlyList<string> sources) => sources.Count == 0
        ? new ReportedItem("initramfs-not-searched", archive.File.Path.ToString(), $"It was not searched for keys: {archive.Obstacle}")
        : throw new UnsupportedImageException(
            UnsupportedKind.Feature,
            archive.File.Path.ToString(),
            $"it may hold secrets, because of {string.Join(", ", sources)}, and cannot be searched: {archive.Obstacle}");

    private static void Rebuild(GuestEditor files, InitramfsArchive archive, IReadOnlyList<InitramfsMatch> removed, List<RemovedSecret> secrets)
    {
        if (ReasonNotTo(files, archive, removed) is { } reason)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                archive.File.Path.ToString(),
                $"it holds {string.Join(", ", removed.Select(match => match.Name))}, and {reason} Make it anew without, or let the recipe keep them.");
        }

        Dictionary<CpioMember, InitramfsMatch> owners = removed.SelectMany(match => match.Members.Select(member => (member, match)))
            .ToDictionary(pair => pair.member, pair => pair.match);
        Dictionary<InitramfsMatch, string> commitments = new(ReferenceEqualityComparer.Instance);
        using Stream source = archive.Open();
        using MemoryStream output = new((int)Math.Min(InitramfsLimits.MaxRebuilt, source.Length + (source.Length / 2)));
        InitramfsRebuild.Write(source, archive.Segments, owners.Keys, output, (member, content) =>
        {
            InitramfsMatch match = owners[member];
            if (match.Entry.Secret.Length > 0 && content.Length >= Commitment.MinSecretBytes)
            {
                commitments[match] = Commitment.Of(match.Entry.Secret, content);
            }
        });

        files.ReplaceContent(archive.File, output.GetBuffer().AsSpan(0, (int)output.Length));
        secrets.AddRange(removed.Where(match => match.Entry.Secret.Length > 0)
            .Select(match => new RemovedSecret(Name(archive, match), match.Entry.Secret, commitments.GetValueOrDefault(match, ""))));
    }

    /// <summary>Why an initramfs cannot be rebuilt without these; null when it can.</summary>
    private static string? ReasonNotTo(GuestTree files, InitramfsArchive archive, IEnumerable<InitramfsMatch> removed)
    {
        if (archive.IsUnifiedKernelImage)
        {
            // What a TPM measures is over the whole file, too.
            return "changing a unified kernel image would break its signature.";
        }

        if (files.Exists(archive.File.Path + InitramfsScan.SignatureEnding))
        {
            return "changing it would break the signature beside it, which the boot loader may check.";
        }

        // A segment that is damaged behind the member has no known end.
        return removed.Any(match => match.Members.Any(member => member.Segment >= archive.Segments.Count))
            ? $"it is damaged: {archive.Obstacle}"
            : null;
    }
}
