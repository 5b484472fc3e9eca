namespace ImagePrep.Guests;

/// <summary>An init system and its version: "systemd" 252; version 0 when it cannot be told or does not matter.</summary>
public sealed record InitSystem(string Name, int Version)
{
    public const string Systemd = "systemd";

    /// <summary>Alpine, Gentoo and what is made from them.</summary>
    public const string OpenRc = "openrc";

    /// <summary>Scripts in /etc/init.d with LSB headers, started by /etc/init.d/rc: Debian, Devuan, Yocto.</summary>
    public const string SysVinit = "sysvinit";

    /// <summary>Scripts below /etc/rc.d after one rc.sysinit: RHEL 5 and 6.</summary>
    public const string RcSysinit = "rc-sysinit";

    /// <summary>BusyBox as PID 1 and the scripts /etc/init.d/S??*: Buildroot.</summary>
    public const string BusyBox = "busybox";

    /// <summary>procd: OpenWrt.</summary>
    public const string OpenWrt = "openwrt";

    public const string Unknown = "unknown";

    /// <summary>Those that templates exist for.</summary>
    public static IReadOnlyList<string> Supported { get; } = [Systemd, OpenRc, SysVinit, RcSysinit, BusyBox, OpenWrt];
}
