using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks;

/// <summary>
/// Decides the format of an image: declared by the user or proven by its content, never guessed. Guessing is what let guests rewrite the
/// first sector of a raw disk and have the host read a file of their choice (CVE-2010-3851 and its successors).
/// </summary>
internal static class DiskFormatProbe
{
    private const int HeadLength = 40 * 1024;

    /// <summary>A container keeps the disk in a layout of its own: its bytes are never a disk's bytes, whatever the user declares.</summary>
    private static readonly Signature[] Containers =
    [
        new("QCOW (version 1)", 0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 1]),
        new("QED", 0, "QED\0"u8.ToArray()),
        new("VMDK", 0, "KDMV"u8.ToArray(), ContainerFormat.Vmdk),
        new("VMDK", 0, "COWD"u8.ToArray(), ContainerFormat.Vmdk),
        new("VMDK descriptor", 0, "# Disk DescriptorFile"u8.ToArray(), ContainerFormat.Vmdk),
        new("VHDX", 0, "vhdxfile"u8.ToArray(), ContainerFormat.Vhdx),
        new("VHD", 0, "conectix"u8.ToArray(), ContainerFormat.Vhd),
        new("VDI", 0x40, [0x7F, 0x10, 0xDA, 0xBE], ContainerFormat.Vdi),
        new("Parallels", 0, "WithoutFreeSpace"u8.ToArray()),
        new("Parallels", 0, "WithouFreSpacExt"u8.ToArray()),
        new("gzip", 0, [0x1F, 0x8B, 0x08]),
        new("xz", 0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        new("zstd", 0, [0x28, 0xB5, 0x2F, 0xFD]),
        new("bzip2", 0, "BZh"u8.ToArray()),
        new("lz4", 0, [0x04, 0x22, 0x4D, 0x18]),
        new("zip", 0, "PK\x03\x04"u8.ToArray()),
        new("7z", 0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    ];

    /// <summary>Contents that can be a raw disk, but hardly the one that was meant: the user has to say so.</summary>
    private static readonly Signature[] UnlikelyDisks =
    [
        new("LUKS", 0, [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE]),
        new("ISO 9660", 0x8001, "CD001"u8.ToArray()),
    ];

    private static readonly Signature[] DiskProofs =
    [
        new("MBR", 510, [0x55, 0xAA]),
        new("GPT", 512, "EFI PART"u8.ToArray()),
        new("GPT (4096-byte sectors)", 4096, "EFI PART"u8.ToArray()),
        new("ext file system", 1080, [0x53, 0xEF]),
    ];

    private static readonly byte[] VhdFooter = "conectix"u8.ToArray();

    /// <summary>The format of the file, or an exception that says what was found and what to do.</summary>
    /// <exception cref="UnsupportedImageException">Nothing recognised, a format that is not handled, or two that match.</exception>
    public static DiskFormat Decide(IBlockReader file, string path, DiskFormat? declared)
    {
        byte[] head = file.ReadBytes(0, (int)Math.Min(HeadLength, file.Length));
        bool isQcow2 = HasQcow2Magic(head);
        string? container = Find(Containers, head) ?? (HasVhdFooter(file) ? "VHD" : null);
        return declared switch
        {
            DiskFormat.Qcow2 when isQcow2 => DiskFormat.Qcow2,
            DiskFormat.Qcow2 => throw Mismatch(path, "qcow2", container ?? Find(UnlikelyDisks, head) ?? Find(DiskProofs, head) ?? "no qcow2 header"),
            DiskFormat.Raw when isQcow2 => throw Mismatch(path, "raw", "qcow2"),
            DiskFormat.Raw when container is not null => throw Mismatch(path, "raw", container),
            DiskFormat.Raw => DiskFormat.Raw,
            null => Prove(head, path, isQcow2, container, FindContainer(file)),
            _ => throw new ArgumentOutOfRangeException(nameof(declared), declared, "Not a disk format."),
        };
    }

    /// <summary>Which of the containers that a converter can read the content is, or null.</summary>
    public static ContainerFormat? FindContainer(IBlockReader file)
    {
        byte[] head = file.ReadBytes(0, (int)Math.Min(HeadLength, file.Length));
        return HasQcow2Magic(head) ? null
            : FindSignature(Containers, head) is { } signature ? signature.Container
            : HasVhdFooter(file) ? ContainerFormat.Vhd : null;
    }

    /// <summary>
    /// A disk whose first bytes are an image of their own would be one for whoever guesses formats, as soon as it is written raw: with names of files
    /// to open (CVE-2010-3851).
    /// </summary>
    /// <exception cref="UnsupportedImageException">It is.</exception>
    public static void RefuseImageInside(IBlockReader disk, string path)
    {
        byte[] head = disk.ReadBytes(0, (int)Math.Min(HeadLength, disk.Length));
        if ((HasQcow2Magic(head) ? "qcow2" : Find(Containers, head) ?? (HasVhdFooter(disk) ? "VHD" : null)) is { } inside)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Format,
                "image format",
                $"the disk inside '{path}' is itself an image ({inside}), not the disk of a guest. Take it out first: qemu-img convert -f FORMAT -O raw INPUT OUTPUT.");
        }
    }

    private static DiskFormat Prove(byte[] head, string path, bool isQcow2, string? container, ContainerFormat? convertible)
    {
        string? disk = Find(DiskProofs, head);
        string? other = container ?? Find(UnlikelyDisks, head);
        if (isQcow2)
        {
            return (disk ?? other) is { } second
                ? throw new UnsupportedImageException(
                    UnsupportedKind.Ambiguous, "image format", $"'{path}' has a qcow2 header and also looks like {second}. Say which it is with --base-format.")
                : DiskFormat.Qcow2;
        }

        if (other is not null)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Format,
                "image format",
                container is null
                    ? $"'{path}' looks like {other}, not like the disk of a guest. If it is a raw disk all the same, say so with --base-format raw."
                    : convertible is { } format
                    ? $"'{path}' looks like {other}. Say so with --base-format {ContainerFile.Name(format)} to have it converted, or do it yourself: "
                    + "qemu-img convert -f FORMAT -O qcow2 INPUT OUTPUT."
                    : $"'{path}' looks like {other}, which is not handled. Unpack it, or convert it: qemu-img convert -f FORMAT -O qcow2 INPUT OUTPUT.");
        }

        return disk is not null
            ? DiskFormat.Raw
            : throw new UnsupportedImageException(
                UnsupportedKind.Format,
                "image format",
                $"'{path}' holds no qcow2 header, no partition table and no ext file system. If it is a raw disk, say so with --base-format raw.");
    }

    private static UnsupportedImageException Mismatch(string path, string declared, string found) =>
        new(UnsupportedKind.Ambiguous, "image format", $"'{path}' was declared {declared}, but its content is {found}. Correct the declaration, or the file.");

    private static bool HasQcow2Magic(ReadOnlySpan<byte> head) =>
        head.Length >= 8
        && BinaryPrimitives.ReadUInt32BigEndian(head) == Qcow2.Qcow2Header.Magic
        && BinaryPrimitives.ReadUInt32BigEndian(head[4..]) != 1;

    /// <summary>A fixed VHD is a raw disk with a 512-byte footer, which would become guest data if it were read as raw.</summary>
    private static bool HasVhdFooter(IBlockReader file) =>
        file.Length >= 512 && file.ReadBytes(file.Length - 512, VhdFooter.Length).AsSpan().SequenceEqual(VhdFooter);

    private static string? Find(Signature[] signatures, ReadOnlySpan<byte> head) => FindSignature(signatures, head)?.Name;

    private static Signature? FindSignature(Signature[] signatures, ReadOnlySpan<byte> head)
    {
        foreach (Signature signature in signatures)
        {
            if (head.Length >= signature.Offset + signature.Bytes.Length && head[signature.Offset..].StartsWith(signature.Bytes))
            {
                return signature;
            }
        }

        return null;
    }

    private sealed record Signature(string Name, int Offset, byte[] Bytes, ContainerFormat? Container = null);
}
