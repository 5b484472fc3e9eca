using System.Buffers.Binary;
using System.Text;
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

    /// <summary>Fields of a sparse extent's header up to the place of its grain directory, which is all that its footer says anew.</summary>
    private const int VmdkSharedFields = 48;

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
        if (file.Length < SectorSize)
        {
            throw CorruptImageException.Truncated("VHD footer", SectorSize, file.Length);
        }

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

        RefuseOtherFooter(file, head);
        RefuseParent(head);
        ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(28));
        ulong sectors = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(36));
        if (sector > (ulong)(file.Length / SectorSize) || sectors > MaxDescriptor / SectorSize)
        {
            throw CorruptImageException.OutOfRange(structure, "descriptor", $"{sectors} sectors from {sector} on", $"at most {MaxDescriptor} bytes inside the file");
        }

        long start = (long)sector * SectorSize;
        byte[] descriptor = file.ReadBytes(start, (int)Math.Min((long)sectors * SectorSize, file.Length - start));
        RefuseParent(descriptor);
        RefuseOtherExtents(descriptor);
    }

    /// <summary>A stream's header is said again at its end, with the place of the grain directory. Two readers must not see two disks.</summary>
    private static void RefuseOtherFooter(HostFile file, ReadOnlySpan<byte> head)
    {
        const int grainDirectory = 56;
        const ulong atEnd = ulong.MaxValue;
        const int footerFromEnd = 2 * SectorSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(head[grainDirectory..]) != atEnd)
        {
            return;
        }

        // The end-of-stream marker follows the footer.
        byte[] footer = file.ReadBytes(Math.Max(0, file.Length - footerFromEnd), SectorSize);
        if (!footer.AsSpan(0, VmdkSharedFields).SequenceEqual(head[..VmdkSharedFields]))
        {
            throw new CorruptImageException(CorruptKind.Inconsistent, "VMDK footer", "it describes another disk than the header. Export the disk again.");
        }
    }

    private static void RefuseParent(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.IndexOf("parentFileNameHint"u8) >= 0)
        {
            throw OtherFile("VMDK descriptor", "it names a parent file, of which this one holds only the changes. Consolidate the disk first.");
        }
    }

    /// <summary>The descriptor of a file that holds its own data lists one extent: the file itself, by a name without folders.</summary>
    private static void RefuseOtherExtents(ReadOnlySpan<byte> descriptor)
    {
        int extents = 0;
        foreach (ReadOnlySpan<char> line in Encoding.Latin1.GetString(descriptor).AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> entry = line.TrimStart();
            if (!entry.StartsWith("RW ", StringComparison.OrdinalIgnoreCase)
                && !entry.StartsWith("RDONLY ", StringComparison.OrdinalIgnoreCase)
                && !entry.StartsWith("NOACCESS ", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (++extents > 1 || entry.IndexOfAny('/', '\\') >= 0)
            {
                throw OtherFile("VMDK descriptor", "it lists files besides this one, or a file in a folder. Convert it where those are: qemu-img convert -f vmdk -O qcow2 INPUT OUTPUT.");
            }
        }
    }

    private static UnsupportedImageException OtherFile(string structure, string message) => new(UnsupportedKind.OtherFile, structure, message);
}
