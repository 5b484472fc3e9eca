namespace ImagePrep.Guests;

/// <summary>The operating system found in a disk: decided from what is installed, never from a name alone.</summary>
/// <param name="Release">What os-release says.</param>
/// <param name="Packages">What the package manager holds as installed.</param>
/// <param name="Init">Init system that boots it.</param>
public sealed record Guest(OsRelease Release, InstalledPackages Packages, InitSystem Init)
{
    public bool HasSshServer => Packages.Has("openssh-server");

    public bool HasCloudInit => Packages.Has("cloud-init");

    public bool HasSnakeoil => Packages.Has("ssl-cert");
}

/// <summary>An init system and its version: "systemd" 252; version 0 when it cannot be told.</summary>
public sealed record InitSystem(string Name, int Version)
{
    public const string Systemd = "systemd";
    public const string Unknown = "unknown";
}
