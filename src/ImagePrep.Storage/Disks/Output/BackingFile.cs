using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>A backing file as a qcow2 image names it.</summary>
/// <param name="Name">As it will stand in the image: relative to the image's folder, or absolute.</param>
/// <param name="Format">Written into the image, so that nothing ever has to guess it.</param>
public sealed record BackingFile(string Name, DiskFormat Format)
{
    /// <summary>
    /// The parts of the disk that the image holds itself, ascending; zeros among them hide what the backing file has there. Everything else is left
    /// to the backing file. Null for the whole disk. Widened to whole clusters.
    /// </summary>
    public IReadOnlyList<ByteRange>? Own { get; init; }

    /// <summary>Whether an image with clusters of the usual size can name such a file.</summary>
    public static bool HasRoomFor(string name) => new BackingFile(name, DiskFormat.Qcow2).NameBytes().Length <= Qcow2Header.MaxBackingNameLength;

    /// <summary>
    /// The name's bytes. QEMU takes what stands before a colon for a protocol, unless a slash comes first: such names are made to start with "./".
    /// </summary>
    internal byte[] NameBytes()
    {
        int colon = Name.IndexOf(':', StringComparison.Ordinal);
        int slash = Name.IndexOf('/', StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(colon >= 0 && (slash < 0 || colon < slash) ? "./" + Name : Name);
    }

    /// <summary>Where the name stands: behind the header, the format extension with its value padded to 8 bytes, and the end marker.</summary>
    internal static int NameOffset(int version) => Qcow2Header.SizeOf(version) + Qcow2HeaderExtension.PrefixSize + 8 + Qcow2HeaderExtension.PrefixSize;

    /// <summary>The start of the first cluster: the header, and what names the backing file if there is one.</summary>
    internal static byte[] Head(Qcow2Header header, BackingFile? backing)
    {
        int version = (int)header.Version;
        if (backing is null)
        {
            byte[] plain = new byte[Qcow2Header.SizeOf(version)];
            header.WriteTo(plain);
            return plain;
        }

        byte[] name = backing.NameBytes();
        int nameOffset = NameOffset(version);
        byte[] bytes = new byte[nameOffset + name.Length];
        (header with { BackingFileOffset = (ulong)nameOffset, BackingFileSize = (uint)name.Length }).WriteTo(bytes);
        byte[] format = backing.Format == DiskFormat.Raw ? "raw"u8.ToArray() : "qcow2"u8.ToArray();
        new Qcow2HeaderExtension(Qcow2HeaderExtension.BackingFormat, format).WriteTo(bytes.AsSpan(Qcow2Header.SizeOf(version)));
        name.CopyTo(bytes, nameOffset);
        return bytes;
    }

#pragma warning disable MA0015 // The argument that holds this record is the caller's.
    internal void Validate(int clusterSize, int version, string argument)
    {
        ArgumentException.ThrowIfNullOrEmpty(Name, argument);
        int length = NameBytes().Length;
        int room = Math.Min(Qcow2Header.MaxBackingNameLength, clusterSize - NameOffset(version));
        if (length > room)
        {
            throw new ArgumentException($"The backing file name has {length} bytes; there is room for {room}: qcow2 allows {Qcow2Header.MaxBackingNameLength}, inside the first cluster.", argument);
        }
    }
#pragma warning restore MA0015
}
