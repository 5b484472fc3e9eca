using System.Globalization;

namespace ImagePrep.Guests;

/// <summary>
/// Decides the conditions that catalog entries and templates carry, from what is installed in the guest and what the recipe asks: "always", "file:PATH",
/// "unit:NAME", "init:NAME", "systemd>=N", "systemd&lt;N", "option:NAME", the short words of <see cref="Words"/>, and any of them with a '!' before it.
/// </summary>
/// <param name="files">The guest's files.</param>
/// <param name="guest">What the guest is.</param>
/// <param name="options">Names of the options that are on; templates alone ask for them.</param>
public sealed class GuestConditions(GuestTree files, Guest guest, IReadOnlySet<string> options)
{
    private const string Always = "always";
    private const string File = "file:";
    private const string Unit = "unit:";
    private const string Init = "init:";
    private const string Option = "option:";
    private const string SystemdFrom = "systemd>=";
    private const string SystemdBelow = "systemd<";

    /// <summary>Short words for conditions that are met often.</summary>
    public static IReadOnlyDictionary<string, string> Words { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ssh"] = File + "/usr/sbin/sshd",
        ["dropbear"] = File + "/usr/sbin/dropbear",
        ["ssl-cert"] = File + "/usr/sbin/make-ssl-cert",
        ["cloud-init"] = File + "/etc/cloud/cloud.cfg",
    };

    /// <summary>What is wrong with a condition as a catalog writes it, or null.</summary>
    public static string? Problem(string condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        string bare = condition.TrimStart('!');
        if (Rest(bare, Option) is not null)
        {
            return $"'{condition}' would never be decided: it asks for an option of a recipe, and an entry of a catalog looks at the guest alone";
        }

        bool known = bare == Always
            || Words.ContainsKey(bare)
            || (Rest(bare, File) is { } path && GuestPath.TryParse(path, out _))
            || Rest(bare, Unit) is { Length: > 0 }
            || (Rest(bare, Init) is { } init && InitSystem.Supported.Contains(init, StringComparer.Ordinal))
            || Version(bare, SystemdFrom) is not null
            || Version(bare, SystemdBelow) is not null;
        return known && condition.Length - bare.Length < 2 ? null
            : $"'{condition}' is not a condition; there are: {Always}, {File}/PATH, {Unit}NAME, {Init}{string.Join('|', InitSystem.Supported)}, "
                + $"{SystemdFrom}N, {SystemdBelow}N, {string.Join(", ", Words.Keys)}, and each with '!' before it";
    }

    public bool Hold(IEnumerable<string> conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        return conditions.All(Holds);
    }

    private bool Holds(string condition) => condition switch
    {
        ['!', .. string negated] => !Holds(negated),
        Always => true,
        _ when Words.TryGetValue(condition, out string? word) => Holds(word),
        _ when Rest(condition, File) is { } path => files.Exists(path),
        _ when Rest(condition, Unit) is { } unit => SystemdUnits.Places(unit).Any(path => files.TryFind(path, out _, followLast: false)),
        _ when Rest(condition, Init) is { } init => guest.Init.Name == init,
        _ when Rest(condition, Option) is { } option => options.Contains(option),
        _ when Version(condition, SystemdFrom) is { } from => guest.Init.Name == InitSystem.Systemd && guest.Init.Version >= from,
        _ when Version(condition, SystemdBelow) is { } below => guest.Init.Name == InitSystem.Systemd && guest.Init.Version < below,
        _ => throw new InvalidOperationException(Problem(condition)),
    };

    private static string? Rest(string condition, string prefix) =>
        condition.StartsWith(prefix, StringComparison.Ordinal) ? condition[prefix.Length..] : null;

    private static int? Version(string condition, string prefix) =>
        Rest(condition, prefix) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : null;
}
