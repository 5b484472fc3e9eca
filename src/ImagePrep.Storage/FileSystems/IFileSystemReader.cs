using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.FileSystems;

/// <summary>
/// A file system that is only read, addressed by node: paths, mounts and links are resolved above (Guests), inside the guest, never by the host.
/// Damage is a <see cref="Errors.CorruptImageException"/>, what is not handled an <see cref="Errors.UnsupportedImageException"/>.
/// </summary>
public interface IFileSystemReader
{
    FileSystemSummary Summary { get; }

    NodeId Root { get; }

    NodeInfo Stat(NodeId node);

    /// <summary>Finds one name in a directory, by index where there is one.</summary>
    bool TryLookup(NodeId directory, FileName name, out NodeId node);

    /// <summary>All entries in the order in which they are stored, without "." and "..".</summary>
    IEnumerable<DirectoryEntry> List(NodeId directory);

    /// <summary>Reads from a file; returns the number of bytes read, less than asked only at the end of the file. Holes read as zero.</summary>
    int Read(NodeId file, long offset, Span<byte> destination);

    /// <summary>The bytes of a symbolic link's target.</summary>
    byte[] ReadLink(NodeId link);

    IReadOnlyList<ExtendedAttribute> GetAttributes(NodeId node);

    /// <summary>
    /// Where the content of a file lies on the device, in file order, cut to the file's size: what a slot is made of.
    /// </summary>
    /// <exception cref="Errors.UnsupportedImageException">The content has no place of its own: inline, a hole, or not yet written.</exception>
    IReadOnlyList<ByteRange> ContentRanges(NodeId file);

    /// <summary>
    /// Runs of the device whose bytes mean nothing: free blocks, and the journal behind its superblock when the journal is empty.
    /// In order, not overlapping. An output may hold zeros there.
    /// </summary>
    IReadOnlyList<ByteRange> UnusedRanges();
}
