using System.Globalization;

namespace ImagePrep.TestKit;

/// <summary>
/// The machine a <see cref="QemuGuest"/> runs on: emulated, without a hardware random generator of any kind (no RDRAND, no RDSEED,
/// no virtio-rng), cut off from every network, because that is where keys made too early go wrong.
/// </summary>
public sealed record QemuOptions
{
    /// <summary>The disk image to boot.</summary>
    public required string Image { get; init; }

    /// <summary>True (the default): what the guest writes is thrown away. False: it goes into the image.</summary>
    public bool Snapshot { get; init; } = true;

    /// <summary>A firmware file such as OVMF's; null: QEMU's own BIOS.</summary>
    public string? Firmware { get; init; }

    public int MemoryMiB { get; init; } = 768;

    public int Processors { get; init; } = 1;

    /// <summary>The machine's UUID, which the guest sees in DMI. Null: all zeros, as QEMU has it.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The MAC of the only network card. Null, and no <see cref="SshPort"/>: no card.</summary>
    public string? Mac { get; init; }

    /// <summary>A port of the host's loopback address that leads to port 22 of the guest.</summary>
    public int? SshPort { get; init; }

    /// <summary>Further <c>-smbios</c> tables, such as <c>type=1,serial=4711</c>.</summary>
    public IReadOnlyList<string> Smbios { get; init; } = [];

    /// <summary>Who logs in on the serial console; the default is root of the images under <c>tests/images</c>.</summary>
    public string User { get; init; } = "root";

    public string Password { get; init; } = "imageprep";

    internal string Format => Path.GetExtension(Image) is ".raw" or ".img" ? "raw" : "qcow2";

    internal IEnumerable<string> ToArguments()
    {
        // This Opteron is older than RDRAND; naming the flags guards against a QEMU that thinks otherwise. It is no Intel, so kernels do not keep page tables
        // apart (Meltdown), which takes a third of a boot when emulated. QEMU 7.2 does not know MISALIGNSSE, and emulates CMPXCHG16B wrongly (it garbles
        // the flags); kernels from 6.12 on use that from the start: without it they take the way of older machines.
        yield return "-accel"; yield return "tcg,thread=multi";
        yield return "-cpu"; yield return "Opteron_G3,-rdrand,-rdseed,-misalignsse,-cx16";
        yield return "-m"; yield return MemoryMiB.ToString(CultureInfo.InvariantCulture);
        yield return "-smp"; yield return Processors.ToString(CultureInfo.InvariantCulture);
        yield return "-nodefaults";
        yield return "-no-user-config";
        yield return "-no-reboot";
        yield return "-vga"; yield return "std";
        yield return "-display"; yield return "none";
        yield return "-serial"; yield return "stdio";
        yield return "-drive"; yield return $"file={Escape(Image)},format={Format},if=virtio,snapshot={(Snapshot ? "on" : "off")}";
        yield return "-nic"; yield return Network();
        if (Firmware is not null)
        {
            yield return "-bios"; yield return Firmware;
        }

        if (Uuid is { } uuid)
        {
            yield return "-uuid"; yield return uuid.ToString();
        }

        foreach (string table in Smbios)
        {
            yield return "-smbios"; yield return table;
        }
    }

    private string Network()
    {
        if (Mac is null && SshPort is null)
        {
            return "none";
        }

        // restrict=on: the guest gets an address but reaches nothing, not even the host; only the forwarded port leads in.
        return "user,model=virtio-net-pci,restrict=on"
            + (Mac is null ? "" : $",mac={Mac}")
            + (SshPort is null ? "" : $",hostfwd=tcp:127.0.0.1:{SshPort}-:22");
    }

    // In QEMU's option lists a comma ends a value; doubled, it stands for itself.
    private static string Escape(string path) => path.Replace(",", ",,", StringComparison.Ordinal);
}
