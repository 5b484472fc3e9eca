using System.Buffers.Binary;
using System.Text;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>Images of other hypervisors, declared and not, that name files or unfold into something else.</summary>
internal static class HostileContainers
{
    public static IReadOnlyList<HostileImage> All { get; } =
    [
        new("VMDK descriptor", 3, "looks like VMDK", WriteFlat),
        new("VMDK descriptor declared vmdk", 3, "other files", WriteFlat) { Declared = "vmdk" },
        new("VMDK descriptor declared raw", 3, "declared raw", WriteFlat) { Declared = "raw" },
        new("VMDK with another footer", 4, "VMDK footer", (path, _) => WriteStream(path, footer => footer.AsSpan(12, 8).Clear())) { Declared = "vmdk" },
        new("VMDK with two extents", 3, "files besides this one", (path, secret) => WriteExtents(path, $"RW 8 SPARSE \"a.vmdk\"\nRW 8 FLAT \"{secret}\" 0\n")) { Declared = "vmdk" },
        new("VMDK with an extent in a folder", 3, "in a folder", (path, secret) => WriteExtents(path, $"RW 16 SPARSE \"{secret}\"\n")) { Declared = "vmdk" },
        Unfolding("VMDK", "vmdk", "vmdk"),
        Unfolding("VHD", "vpc", "vhd", "-o", "force_size=on"),
        Unfolding("VDI", "vdi", "vdi"),
        Unfolding("VHDX", "vhdx", "vhdx"),
        new("VHD of an absurd size", 3, "vhd", (path, _) =>
        {
            HostileImage.Create(path, "vpc", "1M");
            Change(path, bytes =>
            {
                foreach (int footer in new[] { 0, bytes.Length - 512 })
                {
                    BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(footer + 48), 1UL << 60);
                    bytes.AsSpan(footer + 56, 4).Fill(0xFF);
                }
            });
        }) { Declared = "vhd" },
        new("VHDX of an absurd size", 3, "vhdx", (path, _) => HostileImage.Create(path, "vhdx", "60T")) { Declared = "vhdx" },
        new("VDI of an absurd size", 3, "vdi", (path, _) =>
        {
            HostileImage.Create(path, "vdi", "1M");
            Change(path, bytes => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x170), 1UL << 60));
        }) { Declared = "vdi" },
    ];

    private static void WriteFlat(string path, string secret) => File.WriteAllText(
        path, $"# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"{secret}\" 0\n");

    /// <summary>A VMDK whose header leaves the place of its grain directory to a footer, between two markers at the end.</summary>
    public static void WriteStream(string path, Action<byte[]> changeFooter)
    {
        const int sector = 512;
        HostileImage.Convert(path, HostileImage.EmptyDisk(1 << 20), "vmdk", "-o", "subformat=streamOptimized");
        byte[] bytes = File.ReadAllBytes(path);
        byte[] footer = bytes[..sector];
        changeFooter(footer);
        byte[] marker = new byte[sector];
        (marker[0], marker[12]) = (1, 3);
        bytes.AsSpan(56, 8).Fill(0xFF);
        File.WriteAllBytes(path, [.. bytes, .. new byte[-bytes.Length & (sector - 1)], .. marker, .. footer, .. new byte[sector]]);
    }

    private static void WriteExtents(string path, string extents)
    {
        HostileImage.Convert(path, HostileImage.EmptyDisk(1 << 20), "vmdk", "-o", "subformat=monolithicSparse");
        Change(path, bytes =>
        {
            bytes.AsSpan(512, 1024).Clear();
            Encoding.ASCII.GetBytes("# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n" + extents, bytes.AsSpan(512));
        });
    }

    private static HostileImage Unfolding(string name, string format, string declared, params string[] options) =>
        new($"{name} that unfolds into a qcow2 image", 3, "itself an image", (path, secret) =>
        {
            HostileImage.Create(path + ".inner", "qcow2", "1M", "-u", "-b", secret, "-F", "raw");
            byte[] disk = new byte[1 << 20];
            File.ReadAllBytes(path + ".inner").CopyTo(disk, 0);
            File.Delete(path + ".inner");
            HostileImage.Convert(path, disk, format, options);
        }) { Declared = declared };

    private static void Change(string path, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }
}
