using System.Text;
using ImagePrep.Catalog;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>What sshd_config(5) says about keys: they need not lie at the usual places. The guest wrote it, so it may name anything.</summary>
internal static class SshServerConfiguration
{
    /// <summary>
    /// Private host keys, their public halves and certificates, of HostKey and HostCertificate lines. A link is followed, and is named as well: the key is
    /// where it leads. Regular files only, and no name is a pattern. A public key alone (HostKeyAgent) is no secret of this machine.
    /// </summary>
    public static IReadOnlyList<GuestNode> HostKeyFiles(GuestTree files)
    {
        string[] keys = [.. Values(files, "HostKey").Where(path => !path.EndsWith(".pub", StringComparison.Ordinal)).Concat(Values(files, "HostCertificate"))];
        return [.. keys.SelectMany(path => (string[])[path, path + ".pub", path + "-cert.pub"]).SelectMany(path => FilesAt(files, path)).DistinctBy(node => node.Path)];
    }

    /// <summary>Places of authorized_keys that AuthorizedKeysFile lines name, as patterns of a catalog: for "%u" any name, for "%h" any home.</summary>
    public static IReadOnlyList<string> AuthorizedKeysPlaces(GuestTree files) =>
    [
        .. Values(files, "AuthorizedKeysFile")
            .Where(value => value != "none" && value.AsSpan().IndexOfAny('*', '?') < 0)
            .Select(value => value.Replace("%h/", CatalogScope.Home, StringComparison.Ordinal))
            .Select(value => value.StartsWith('/') || value.StartsWith(CatalogScope.Home, StringComparison.Ordinal) ? value : CatalogScope.Home + value)
            .Select(value => value.Replace("%u", "*", StringComparison.Ordinal).Replace("%U", "*", StringComparison.Ordinal).Replace("%%", "%", StringComparison.Ordinal)),
    ];

    private static IEnumerable<string> Values(GuestTree files, string keyword)
    {
        foreach (GuestNode node in files.Glob("/etc/ssh/sshd_config").Concat(files.Glob("/etc/ssh/sshd_config.d/*.conf")).Where(node => node.Info.Kind == NodeKind.File))
        {
            foreach (string line in Encoding.UTF8.GetString(GuestTree.ReadAll(node)).Split('\n'))
            {
                string[] words = line.Split((char[])[' ', '\t', '=', '"'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words.Length > 1 && words[0].Equals(keyword, StringComparison.OrdinalIgnoreCase))
                {
                    foreach (string value in words.Skip(1).TakeWhile(word => word[0] != '#'))
                    {
                        yield return value;
                    }
                }
            }
        }
    }

    private static IEnumerable<GuestNode> FilesAt(GuestTree files, string path)
    {
        if (GuestPath.TryParse(path, out GuestPath? parsed)
            && files.TryFind(parsed, out GuestNode? target)
            && target.Info.Kind == NodeKind.File
            && files.TryFind(parsed, out GuestNode? named, followLast: false))
        {
            yield return target;
            yield return named;
        }
    }
}
