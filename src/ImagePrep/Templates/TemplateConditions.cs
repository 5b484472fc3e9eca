using ImagePrep.Guests;

namespace ImagePrep.Templates;

/// <summary>Decides the conditions of a manifest from what is installed in the guest and what the recipe asks.</summary>
public sealed class TemplateConditions(GuestTree files, bool keysOnCommand)
{
    private const string UnitPrefix = "unit:";

    private static readonly string[] UnitFolders = ["/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"];

    public bool Hold(TemplateEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.When.All(Holds);
    }

    private bool Holds(string condition) => condition switch
    {
        "always" => true,
        "ssh" => files.Exists("/usr/sbin/sshd"),
        "ssl-cert" => files.Exists("/usr/sbin/make-ssl-cert"),
        "cloud-init" => files.Exists("/etc/cloud/cloud.cfg"),
        "command" => keysOnCommand,
        _ when condition.StartsWith(UnitPrefix, StringComparison.Ordinal) =>
            UnitFolders.Any(folder => files.TryFind(folder + condition[UnitPrefix.Length..], out _, followLast: false)),
        _ => throw new InvalidOperationException($"'{condition}' is not a condition of a template manifest."),
    };
}
