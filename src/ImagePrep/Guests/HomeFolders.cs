using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>Where accounts keep their own files: the usual places, and what /etc/passwd says, since services have homes as well.</summary>
internal static class HomeFolders
{
    /// <summary>Far more accounts than one machine has of its own.</summary>
    private const int MaxAccounts = 10_000;

    private const int HomeField = 5;

    /// <summary>Folders of the guest, each once, links in their paths followed.</summary>
    /// <exception cref="UnsupportedImageException">/etc/passwd lists more than any machine has.</exception>
    public static IReadOnlyList<GuestPath> Of(GuestTree files)
    {
        string[] listed = [.. (files.ReadText("/etc/passwd") ?? "").Split('\n')
            .Select(line => line.Split(':')).Where(fields => fields.Length > HomeField).Select(fields => fields[HomeField]).Distinct(StringComparer.Ordinal)];
        if (listed.Length > MaxAccounts)
        {
            throw new UnsupportedImageException(UnsupportedKind.Limit, "/etc/passwd", $"it lists {listed.Length} home folders; at most {MaxAccounts} are looked at.");
        }

        return [.. listed.Select(home => GuestPath.TryParse(home, out GuestPath? path) ? path : null).OfType<GuestPath>()
            .Append(GuestPath.Parse("/root"))
            .Concat(files.Glob("/home/*").Select(node => node.Path))
            .Select(path => files.TryFind(path, out GuestNode? node) && node.Info.Kind == NodeKind.Directory ? node.Path : null)
            .OfType<GuestPath>()
            .Distinct()];
    }
}
