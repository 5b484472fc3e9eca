namespace ImagePrep.Guests.DeviceOrder;

/// <summary>A file that may name a disk by its order.</summary>
/// <param name="Pattern">Guest path, in which a part may hold '*'.</param>
/// <param name="Read">Finds the names in its text. Every text is accepted.</param>
/// <param name="Instead">What to write there so that the order does not matter.</param>
internal sealed record DeviceOrderFile(string Pattern, Func<string, IEnumerable<NamedDevice>> Read, string Instead)
{
    private const string KernelParameter = "write root=UUID= or root=PARTUUID=, resume= and others likewise";
    private const string Grub = "write search --fs-uuid --set=root and root=UUID=, as grub-mkconfig does";

    /// <summary>Where boot files are: at the root of a partition of their own, and where guests mount those.</summary>
    private static readonly string[] BootFolders = ["", "/boot", "/boot/efi", "/boot/firmware", "/efi"];

    /// <summary>Files of boot loaders, as paths in a partition that holds nothing but them.</summary>
    public static IReadOnlyList<DeviceOrderFile> OfBootPartition { get; } =
    [
        new("/grub/grub.cfg", GrubMenu.Read, Grub),
        new("/grub2/grub.cfg", GrubMenu.Read, Grub),
        new("/EFI/*/grub.cfg", GrubMenu.Read, Grub),
        new("/grub/grubenv", SettingLines.Assignments, KernelParameter),
        new("/grub2/grubenv", SettingLines.Assignments, KernelParameter),
        new("/grub/device.map", SettingLines.DeviceMap, "delete it: GRUB 2 finds the disks without"),
        new("/grub2/device.map", SettingLines.DeviceMap, "delete it: GRUB 2 finds the disks without"),
        new("/loader/entries/*.conf", SettingLines.KernelParameters, KernelParameter),
        .. from folder in (string[])["", "/extlinux", "/syslinux", "/EFI/*"]
           from name in (string[])["extlinux.conf", "syslinux.cfg"]
           select new DeviceOrderFile($"{folder}/{name}", SettingLines.KernelParameters, KernelParameter),
        new("/cmdline.txt", SettingLines.KernelParameters, KernelParameter),
    ];

    /// <summary>All files of a guest, with what it mounts.</summary>
    public static IReadOnlyList<DeviceOrderFile> OfGuest { get; } =
    [
        new("/etc/fstab", SettingLines.FileSystemTable, "write UUID= or PARTUUID="),
        new("/etc/crypttab", SettingLines.EncryptedDevices, "write UUID= or PARTUUID="),
        new("/etc/systemd/system/*.mount", SettingLines.Assignments, "write What=/dev/disk/by-uuid/"),
        new("/etc/systemd/system/*.swap", SettingLines.Assignments, "write What=/dev/disk/by-uuid/"),
        new("/etc/default/grub", SettingLines.Assignments, "leave GRUB_DISABLE_LINUX_UUID out, and write UUID= in arguments"),
        new("/etc/default/grub.d/*.cfg", SettingLines.Assignments, "leave GRUB_DISABLE_LINUX_UUID out, and write UUID= in arguments"),
        new("/etc/kernel/cmdline", SettingLines.KernelParameters, KernelParameter),
        new("/etc/initramfs-tools/conf.d/*", SettingLines.Assignments, "write RESUME=UUID="),
        .. from folder in BootFolders
           from file in OfBootPartition
           select file with { Pattern = folder + file.Pattern },
    ];
}
