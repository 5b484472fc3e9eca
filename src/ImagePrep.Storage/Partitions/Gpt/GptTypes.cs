using System.Collections.Frozen;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>The type GUIDs that have a meaning for this tool or for its reader.</summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#defined-gpt-partition-entry-partition-type-guids"/>
/// <seealso href="https://uapi-group.org/specifications/specs/discoverable_partitions_specification/"/>
public static class GptTypes
{
    /// <summary>Where GRUB puts core.img on GPT disks that boot with a BIOS. Its sectors are named in boot.img.</summary>
    public static readonly Guid BiosBoot = new("21686148-6449-6E6F-744E-656564454649");

    public static readonly Guid EfiSystem = new("C12A7328-F81F-11D2-BA4B-00A0C93EC93B");

    /// <summary>First-stage loader of SiFive boards: their ROM looks for the type, their tools for the sector.</summary>
    public static readonly Guid SiFiveFirstStage = new("5B193300-FC78-40CD-8002-E86C45580B47");

    public static readonly Guid SiFiveSecondStage = new("2E54B353-1271-4842-806F-E436D6AF6985");

    public static readonly Guid ArmadaBoot = new("6828311A-BA55-42A4-BCDE-A89BB5EDECAE");

    public static readonly Guid UBootEnvironment = new("3DE21764-95BD-54BD-A5C3-4ABE786F38A8");

    private static readonly FrozenDictionary<Guid, string> Names = new Dictionary<Guid, string>
    {
        [EfiSystem] = "EFI system",
        [BiosBoot] = "BIOS boot",
        [new("9E1A2D38-C612-4316-AA26-8B49521E5A8B")] = "PowerPC PReP boot",
        [new("0FC63DAF-8483-4772-8E79-3D69D8477DE4")] = "Linux file system",
        [new("BC13C2FF-59E6-4262-A352-B275FD6F7172")] = "Linux extended boot",
        [new("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709")] = "Linux root (x86-64)",
        [new("44479540-F297-41B2-9AF7-D131D5F0458A")] = "Linux root (x86)",
        [new("B921B045-1DF0-41C3-AF44-4C6F280D3FAE")] = "Linux root (arm64)",
        [new("69DAD710-2CE4-4E3C-B16C-21A1D49ABED3")] = "Linux root (arm)",
        [new("72EC70A6-CF74-40E6-BD49-4BDA08E8F224")] = "Linux root (riscv64)",
        [new("8484680C-9521-48C6-9C11-B0720656F69E")] = "Linux /usr (x86-64)",
        [new("2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5")] = "Linux root verity (x86-64)",
        [new("77FF5F63-E7B6-4633-ACF4-1565B864C0E6")] = "Linux /usr verity (x86-64)",
        [new("933AC7E1-2EB4-4F13-B844-0E14E2AEF915")] = "Linux home",
        [new("3B8F8425-20E0-4F3B-907F-1A25A76F98E8")] = "Linux server data",
        [new("4D21B016-B534-45C2-A9FB-5C16E091FD2D")] = "Linux variable data",
        [new("7EC6F557-3BC5-4ACA-B293-16EF5DF639D1")] = "Linux temporary data",
        [new("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F")] = "Linux swap",
        [new("E6D6D379-F507-44C2-A23C-238F2A3DF928")] = "Linux LVM",
        [new("A19D880F-05FC-4D3B-A006-743F0F84911E")] = "Linux RAID",
        [new("CA7D7CCB-63ED-4C53-861C-1742536059CC")] = "Linux LUKS",
        [new("EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")] = "Microsoft basic data",
        [new("E3C9E316-0B5C-4DB8-817D-F92DF00215AE")] = "Microsoft reserved",
        [new("DE94BBA4-06D1-4D40-A16A-BFD50179D6AC")] = "Windows recovery",
        [new("5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6")] = "Flatcar /usr",
        [new("FE3A2A5D-4F32-41A7-B725-ACCC3285A309")] = "ChromeOS kernel",
        [new("3CB8E202-3B7E-47DD-8A3C-7FF2A13CFCEC")] = "ChromeOS root",
        [SiFiveFirstStage] = "SiFive first-stage loader",
        [SiFiveSecondStage] = "SiFive second-stage loader",
        [ArmadaBoot] = "Marvell Armada boot",
        [UBootEnvironment] = "U-Boot environment",
    }.ToFrozenDictionary();

    public static string? NameOf(Guid type) => Names.GetValueOrDefault(type);
}
