using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks;

/// <summary>
/// An image of another hypervisor, proven to be what the user declared and to name no second file, so that a converter may see it.
/// It stays open, with QEMU's locks taken as a reader: what was proven is what gets converted.
/// </summary>
public sealed class ContainerFile : IDisposable
{
    /// <summary>QEMU looks for a descriptor in the first 20 sectors behind the header; others keep theirs within the first grain.</summary>
    private const int VmdkHead = 64 * 1024;

    /// <summary>A sparse VMDK's descriptor is text of a few hundred bytes. More cannot be checked, so it is refused.</summary>
    private const long MaxDescriptor = 64 * 1024;

    private const int SectorSize = 512;

    private static readonly byte[] VhdMagic = "conectix"u8.ToArray();

    private readonly HostFile _file;

    private ContainerFile(HostFile file, ContainerFormat format)
    {
        _file = file;
        Format = format;
    }

    public ContainerFormat Format { get; }

    public string Path => _file.Path;

    /// <summary>Length of the file in bytes.</summary>
    public long FileLength => _file.Length;

    /// <exception cref="UnsupportedImageException">The content is another format, names a second file, or a running program holds it.</exception>
    /// <exception cref="CorruptImageException">The fields that tell are outside the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ContainerFile Open(string path, ContainerFormat declared)
    {
        HostFile file = HostFile.Open(path);
        try
        {
            ContainerFormat? found = DiskFormatProbe.FindContainer(file);
            if (found != declared)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Ambiguous,
                    "image format",
                    $"'{path}' was declared {Name(declared)}, but its content is {(found is { } other ? Name(other) : "nothing of the kind")}. "
                    + "Correct the declaration, or the file.");
            }

            switch (declared)
            {
                case ContainerFormat.Vhd:
                    RefuseDifferencingVhd(file);
                    break;
                case ContainerFormat.Vmdk:
                    RefuseSecondFileOfVmdk(file);
                    break;
                default:
                    // QEMU's drivers refuse a VHDX with a parent and a VDI with a link themselves, before they open anything.
                    break;
            }

            return new ContainerFile(file, declared);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="DiskImage.VerifyUnchanged"/>
    public void VerifyUnchanged() => _file.VerifyUnchanged();

    public void Dispose() => _file.Dispose();

    /// <summary>The format as users and file names write it.</summary>
    public static string Name(ContainerFormat format) => format.ToString().ToLowerInvariant();

    /// <summary>
    /// Disk Type of the footer: 2 is fixed, 3 dynamic, 4 differencing. QEMU reads a differencing disk as if its parent were empty, which is
    /// another disk than the user's.
    /// </summary>
    private static void RefuseDifferencingVhd(HostFile file)
    {
        const int diskType = 60;
        foreach (long place in new[] { 0, file.Length - SectorSize })
        {
            byte[] footer = file.ReadBytes(place, SectorSize);
            if (!footer.AsSpan().StartsWith(VhdMagic))
            {
                continue;
            }

            uint type = BinaryPrimitives.ReadUInt32BigEndian(footer.AsSpan(diskType));
            if (type is not (2 or 3))
            {
                throw type == 4
                    ? OtherFile("VHD footer", "it is a differencing disk, which holds only what differs from a parent file. Merge it with its parent first.")
                    : CorruptImageException.OutOfRange("VHD footer", "Disk Type", type, "2 (fixed) or 3 (dynamic)");
            }
        }
    }

    /// <summary>
    /// Only a sparse extent that describes itself is taken. A text descriptor, and a header without a capacity, list files to open; a descriptor may
    /// name a parent.
    /// </summary>
    private static void RefuseSecondFileOfVmdk(HostFile file)
    {
        const string structure = "VMDK header";
        byte[] head = file.ReadBytes(0, (int)Math.Min(VmdkHead, file.Length));
        if (!head.AsSpan().StartsWith("KDMV"u8) || head.Length < SectorSize)
        {
            throw OtherFile(
                "VMDK", "it is a descriptor or an old COWD extent, whose data lies in other files. Convert it where those are: qemu-img convert -f vmdk -O qcow2 INPUT OUTPUT.");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(12)) == 0)
        {
            throw OtherFile(structure, "its capacity is 0: the data lies in other files that its descriptor names. Convert it where those are.");
        }

        RefuseParent(head);
        ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(28));
        ulong sectors = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(36));
        if (sector > (ulong)(file.Length / SectorSize) || sectors > MaxDescriptor / SectorSize)
        {
            throw CorruptImageException.OutOfRange(structure, "descriptor", $"{sectors} sectors from {sector} on", $"at most {MaxDescriptor} bytes inside the file");
        }

        long start = (long)sector * SectorSize;
        RefuseParent(file.ReadBytes(start, (int)Math.Min((long)sectors * SectorSize, file.Length - start)));
    }

    private static void RefuseParent(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.IndexOf("parentFileNameHint"u8) >= 0)
        {
            throw OtherFile("VMDK descriptor", "it names a parent file, of which this one holds only the changes. Consolidate the disk first.");
        }
    }

    private static UnsupportedImageException OtherFile(string structure, string message) => new(UnsupportedKind.OtherFile, structure, message);
}
