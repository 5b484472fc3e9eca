using System.Text;
using System.Text.RegularExpressions;
using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Templates;

namespace ImagePrep.Steps.RemoveKeygen;

/// <summary>
/// Units and boot scripts that run a generator of keys and that no entry of the catalog names: somebody's own, such as a first-boot script. What they are
/// meant to do nobody here can know, so they are named and left alone.
/// </summary>
internal static partial class OtherGenerators
{
    private const string Id = "other-key-generator";

    private const string Why =
        "Runs a program that makes keys, and no catalog entry says when: it may do so before the guest has entropy. Remove it in the base, or name it in a catalog of your own.";

    /// <summary>Scripts and units are shorter; what is longer is a program.</summary>
    private const int MaxFile = 64 << 10;

    private const string DropIns = ".d";

    private static readonly string[] Places =
    [
        "/etc/systemd/system/*.service", "/usr/lib/systemd/system/*.service", "/lib/systemd/system/*.service", "/usr/local/lib/systemd/system/*.service",
        "/etc/rc.local", "/etc/rc.d/rc.local", "/etc/init.d/*", "/etc/rc.d/init.d/*", "/etc/local.d/*.start", "/etc/cron.d/*",
        "/usr/lib/virt-sysprep/scripts/*", "/usr/lib/virt-sysprep/firstboot*/*", "/usr/lib/raspberrypi-sys-mods/*",
    ];

    public static IEnumerable<ReportedItem> In(GuestTree files, Guest guest, GuestCatalog catalog)
    {
        HashSet<string> known = [.. catalog.Entries.SelectMany(Named), .. Waiting(guest)];
        return Places.SelectMany(files.Glob)
            .Where(node => node.Info is { Kind: NodeKind.File, Size: <= MaxFile })
            .DistinctBy(node => (node.Mount.Point, node.Node))
            .Where(node => !known.Contains(node.Path.ToString()) && !known.Contains(node.Path.Name.ToString()) && !IsOurs(node) && !IsMasked(files, node))
            .Where(node => Generator().IsMatch(WithoutComments(node)))
            .Select(node => new ReportedItem(Id, node.Path.ToString(), Why));
    }

    /// <summary>Units and files that an entry's conditions or actions are about.</summary>
    private static IEnumerable<string> Named(CatalogEntry entry) =>
    [
        .. entry.When.Select(condition => condition[(condition.IndexOf(':', StringComparison.Ordinal) + 1)..]),
        .. entry.Actions.OfType<MaskAction>().SelectMany(action => action.Units),
        .. entry.Actions.OfType<GateAction>().SelectMany(action => action.Units),
    ];

    /// <summary>Units that wait for our key generation: what they make themselves, they make after it.</summary>
    private static IEnumerable<string> Waiting(Guest guest) => InitSystem.Supported.Contains(guest.Init.Name, StringComparer.Ordinal)
        ? TemplateManifest.Of(guest.Init.Name).Entries.Select(entry => entry.Path.Parent.ToString()).Where(folder => folder.EndsWith(DropIns, StringComparison.Ordinal))
            .Select(folder => folder[(folder.LastIndexOf('/') + 1)..^DropIns.Length])
        : [];

    private static bool IsOurs(GuestNode node) => node.Path.Name.ToString().Contains("imageprep", StringComparison.Ordinal);

    /// <summary>The administrator's file of that name stands before the package's: a mask, or a unit that is looked at itself.</summary>
    private static bool IsMasked(GuestTree files, GuestNode node)
    {
        string setting = SystemdUnits.Setting(node.Path.Name.ToString());
        return node.Path.ToString() != setting
            && node.Path.Name.ToString().EndsWith(".service", StringComparison.Ordinal)
            && files.TryFind(setting, out _, followLast: false);
    }

    private static string WithoutComments(GuestNode node) =>
        string.Join('\n', Encoding.UTF8.GetString(GuestTree.ReadAll(node)).Split('\n').Where(line => !line.TrimStart().StartsWith('#')));

    [GeneratedRegex(
        @"\b(ssh-keygen\s([^\n]*\s)?-[a-z]*[AtN]|dropbearkey\s([^\n]*\s)?-t|make-ssl-cert|dpkg-reconfigure\s[^\n]*\bopenssh-server"
        + @"|openssl\s+(req\s[^\n]*-(newkey|x509)|gen[a-z]+))\b",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Generator();
}
