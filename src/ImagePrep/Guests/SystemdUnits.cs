namespace ImagePrep.Guests;

/// <summary>Where systemd looks for units, and where settings of other packages' units belong (systemd.unit(5)).</summary>
internal static class SystemdUnits
{
    private const string Settings = "/etc/systemd/system/";

    private static readonly string[] Folders = [Settings, "/usr/lib/systemd/system/", "/lib/systemd/system/"];

    /// <summary>Paths at which a unit may be; the first that exists counts.</summary>
    public static IEnumerable<string> Places(string unit) => Folders.Select(folder => folder + unit);

    /// <summary>The path at which an administrator's unit, or a mask, stands before the package's.</summary>
    public static string Setting(string unit) => Settings + unit;

    public static string DropIn(string unit, string name) => $"{Settings}{unit}.d/{name}";
}
