using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Initramfs;

/// <summary>Finds every initramfs of a guest, and in each what the catalog names.</summary>
public static class InitramfsScan
{
    /// <summary>GRUB looks for a file's detached signature under this ending (GRUB manual, "Using digital signatures").</summary>
    internal const string SignatureEnding = ".sig";

    /// <summary>
    /// Where distributions keep them: Debian, Ubuntu, Alpine, Arch, Fedora and RHEL directly in /boot; Raspberry Pi OS on its FAT partition; the boot loader
    /// specification and ostree in folders below; kdump in /var/lib. The EFI system partition may be mounted at /boot, /boot/efi or /efi.
    /// </summary>
    private static readonly string[] Patterns =
    [
        "/boot/initr*", "/boot/*/initr*", "/boot/*/*/initr*", "/boot/efi/*/*/initr*", "/efi/initr*", "/efi/*/initr*", "/efi/*/*/initr*", "/initr*",
        "/var/lib/kdump/initr*", "/usr/lib/modules/*/initr*",
    ];

    private static readonly string[] UnifiedPatterns = ["/boot/EFI/Linux/*.efi", "/boot/efi/EFI/Linux/*.efi", "/efi/EFI/Linux/*.efi"];

    /// <summary>Looks through all of them. What cannot be read is told by <see cref="InitramfsArchive.Obstacle"/>.</summary>
    /// <param name="files">The guest's files.</param>
    /// <param name="entries">What to look for; of several that match, the first counts.</param>
    /// <exception cref="UnsupportedImageException">There are more of them than any guest has.</exception>
    public static IReadOnlyList<InitramfsArchive> Find(GuestTree files, IReadOnlyList<InitramfsEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(files);
        ExpansionBudget budget = ExpansionBudget.ForGuest();
        List<InitramfsArchive> archives = [];
        foreach (GuestNode file in Files(files, Patterns))
        {
            archives.Add(Search(Whole(file), entries, budget));
        }

        foreach (GuestNode file in Files(files, UnifiedPatterns))
        {
            archives.AddRange(Sections(file).Select(section => Search(section, entries, budget)));
        }

        return archives;
    }

    /// <summary>Looks through one. Its <see cref="InitramfsArchive.Place"/> says which bytes of the file it is.</summary>
    private static InitramfsArchive Search(InitramfsArchive archive, IReadOnlyList<InitramfsEntry> entries, ExpansionBudget budget)
    {
        if (archive.Obstacle.Length > 0)
        {
            return archive;
        }

        using Stream source = archive.Open();
        InitramfsReader reader = new(source, budget);
        MatchCollector collector = new(entries);
        string obstacle = "";
        try
        {
            reader.Read(collector.Take);
        }
        catch (Exception exception) when (exception is CorruptImageException or UnsupportedImageException)
        {
            obstacle = exception.Message;
        }

        return archive with { Matches = collector.Finish(), Segments = reader.Segments, Obstacle = obstacle };
    }

    private static InitramfsArchive Whole(GuestNode file) =>
        new(file, IsUnifiedKernelImage: false, [], "") { Place = new ByteRange(0, file.Info.Size) };

    private static IEnumerable<InitramfsArchive> Sections(GuestNode file)
    {
        InitramfsArchive program = new(file, IsUnifiedKernelImage: true, [], "");
        using GuestFileStream source = new(file, new ByteRange(0, file.Info.Size));
        try
        {
            return [.. UnifiedKernelImage.FindInitrds(source).Select(place => program with { Place = place })];
        }
        catch (CorruptImageException exception)
        {
            return [program with { Obstacle = exception.Message }];
        }
    }

    /// <summary>Regular files, each once: a boot folder holds links to the newest, and one file may match twice.</summary>
    private static List<GuestNode> Files(GuestTree files, IEnumerable<string> patterns)
    {
        HashSet<(Mount, NodeId)> seen = [];
        List<GuestNode> found = [];
        foreach (GuestNode node in patterns.SelectMany(files.Glob))
        {
            bool isSignature = node.Path.ToString().EndsWith(SignatureEnding, StringComparison.Ordinal);
            if (!isSignature && node.Info is { Kind: NodeKind.File, Size: > 0 } && seen.Add((node.Mount, node.Node)))
            {
                found.Add(node);
                if (found.Count > InitramfsLimits.MaxArchives)
                {
                    throw new UnsupportedImageException(
                        UnsupportedKind.Limit, "initramfs", $"the guest has more than {InitramfsLimits.MaxArchives} files that look like one.");
                }
            }
        }

        return found;
    }
}
