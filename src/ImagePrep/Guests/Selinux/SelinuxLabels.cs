using System.Text;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests.Selinux;

/// <summary>
/// Labels for files that are put into a guest with SELinux: a file without one is unlabeled_t there, which services may not read. Taken from the
/// guest's own policy, as restorecon would, so that nothing needs to be relabelled at boot.
/// </summary>
public sealed class SelinuxLabels
{
    /// <summary>The extended attribute that holds a label: text with a NUL at its end.</summary>
    public const string AttributeName = "security.selinux";

    private const string Configuration = "/etc/selinux/config";

    private readonly FileContexts _contexts;

    private SelinuxLabels(string policy, FileContexts contexts)
    {
        Policy = policy;
        _contexts = contexts;
    }

    /// <summary>Name of the policy, such as "targeted".</summary>
    public string Policy { get; }

    /// <summary>Null for a guest that does not use SELinux: none configured, switched off, or no policy installed.</summary>
    public static SelinuxLabels? Of(GuestTree files)
    {
        ArgumentNullException.ThrowIfNull(files);
        string configuration = files.ReadText(Configuration) ?? "";
        string policy = Setting(configuration, "SELINUXTYPE") ?? "";
        bool isOff = string.Equals(Setting(configuration, "SELINUX"), "disabled", StringComparison.OrdinalIgnoreCase);
        if (isOff || !FileName.IsValid(Encoding.UTF8.GetBytes(policy)) || policy is "." or "..")
        {
            return null;
        }

        string file = $"/etc/selinux/{policy}/contexts/files/file_contexts";
        string Read(string suffix) => files.ReadText(file + suffix) ?? "";
        string rules = Read("");
        return rules.Length == 0
            ? null
            : new SelinuxLabels(policy, FileContexts.Parse([rules, Read(".homedirs"), Read(".local")], new PathAliases(Read(".subs"), Read(".subs_dist"))));
    }

    /// <summary>The attribute's value for a path; null when the policy gives it no label.</summary>
    public byte[]? ValueFor(GuestPath path, NodeKind kind)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _contexts.Find(path.ToString(), kind) is { } context ? Encoding.UTF8.GetBytes(context + "\0") : null;
    }

    private static string? Setting(string text, string name) => text.Split('\n')
        .Select(line => line.Trim())
        .Where(line => line.StartsWith(name + "=", StringComparison.Ordinal))
        .Select(line => line[(name.Length + 1)..].Trim())
        .LastOrDefault();
}
