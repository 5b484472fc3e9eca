using System.Text;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>qcow2 images that name other files, ask for more than they are, or are not what they seem.</summary>
internal static class HostileQcow2
{
    private const int Incompatible = 72;

    public static IReadOnlyList<HostileImage> All { get; } =
    [
        new("backing file of the host", 3, "is an overlay over", (path, secret) => HostileImage.Create(path, "qcow2", "1M", "-u", "-b", secret, "-F", "raw")),
        new("backing file beside it", 3, "is an overlay over", (path, _) => HostileImage.Create(path, "qcow2", "1M", "-u", "-b", "beside.qcow2", "-F", "qcow2")),
        new("backing file behind json:", 3, "is an overlay over", (path, secret) =>
            HostileImage.Create(path, "qcow2", "1M", "-u", "-b", $$$"""json:{"driver":"raw","file":{"driver":"file","filename":"{{{secret}}}"}}""", "-F", "raw")),
        new("backing file behind a protocol", 3, "is an overlay over", (path, _) => HostileImage.Create(path, "qcow2", "1M", "-u", "-b", "nbd://127.0.0.1:10809/x", "-F", "raw")),
        new("backing file that colours the terminal", 3, "\\x1b", (path, _) => HostileImage.Create(path, "qcow2", "1M", "-u", "-b", "\e[31m\e]0;x\a", "-F", "raw")),
        new("external data file", 3, "its data is in another file", (path, secret) => HostileImage.Create(path, "qcow2", "1M", "-o", $"data_file={secret}.data")),
        new("external raw data file", 3, "its data is in another file", (path, secret) => HostileImage.Create(path, "qcow2", "1M", "-o", $"data_file={secret}.data,data_file_raw=on")),
        Patched("amplification", 4, "is used twice", image => image.Amplified()),
        Patched("version 1", 3, "QCOW (version 1)", image => image.U32(4, 1)),
        Patched("unknown incompatible bit", 3, "unknown", image => image.U64(Incompatible, 1UL << 40)),
        Patched("dirty", 3, "dirty", image => image.U64(Incompatible, 1)),
        Patched("corrupt", 3, "marked corrupt", image => image.U64(Incompatible, 2)),
        Patched("encrypted by AES", 3, "encrypted", image => image.U32(32, 1)),
        Patched("encrypted by LUKS", 3, "encrypted", image => image.U32(32, 2)),
        Patched("too many snapshots", 4, "snapshots", image => image.U32(60, 70_000).U64(64, Qcow2Bytes.Data)),
        Patched("snapshots behind the file", 4, "snapshot table", image => image.U32(60, 3).U64(64, 1UL << 40)),
        Patched("L1 above the cap", 4, "l1_size", image => image.U32(36, 0x40_0001)),
        Patched("L1 too large for its disk", 4, "L1", image => image.U32(36, 0x3F_0000)),
        Patched("refcount table above the cap", 4, "refcount_table_clusters", image => image.U32(56, 0x1_0000)),
        Patched("disk of 8 EiB", 4, "size", image => image.U64(24, long.MaxValue)),
        Patched("clusters of 1 GiB", 4, "cluster_bits", image => image.U32(20, 30)),
        Patched("footer of a VHD", 3, "VHD", image => image.Put((6 * Qcow2Bytes.Cluster) - 512, "conectix"u8)),
        Patched("disk that is a qcow2 image", 3, "itself an image", image => image.Put(Qcow2Bytes.Data, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])),
        Patched("disk that is a VMDK descriptor", 3, "itself an image", image => image.Put(Qcow2Bytes.Data, "# Disk DescriptorFile\nRW 8 FLAT \"/etc/passwd\" 0\n"u8)),
        Patched("declared raw", 3, "declared raw", image => image) with { Declared = "raw" },
        Patched("declared vmdk", 3, "declared vmdk", image => image) with { Declared = "vmdk" },
        new("raw declared qcow2", 3, "declared qcow2", (path, _) => File.WriteAllBytes(path, HostileImage.EmptyDisk(1 << 20))) { Declared = "qcow2" },
        new("QED", 3, "QED", (path, secret) => HostileImage.Create(path, "qed", "1M", "-u", "-b", secret, "-F", "raw")),
        new("QED declared raw", 3, "QED", (path, _) => HostileImage.Create(path, "qed", "1M")) { Declared = "raw" },
        new("LUKS", 3, "LUKS", (path, _) => File.WriteAllBytes(path, [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE, 0, 1, .. new byte[1 << 20]])),
        new("ISO with a GPT", 3, "ISO 9660", (path, _) =>
        {
            byte[] disk = HostileImage.EmptyDisk(1 << 20);
            "EFI PART"u8.CopyTo(disk.AsSpan(512));
            Encoding.ASCII.GetBytes("CD001", disk.AsSpan(0x8001));
            File.WriteAllBytes(path, disk);
        }),
    ];

    private static HostileImage Patched(string name, int exitCode, string reason, Func<Qcow2Bytes, Qcow2Bytes> change) =>
        new(name, exitCode, reason, (path, _) => change(new Qcow2Bytes()).Save(path));
}
