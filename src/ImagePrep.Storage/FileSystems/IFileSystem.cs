namespace ImagePrep.Storage.FileSystems;

/// <summary>
/// A file system that can be edited. Every call leaves it consistent on its device once <see cref="Flush"/> has run;
/// a call that throws has changed nothing. All times written are the one write time given when it was opened.
/// </summary>
public interface IFileSystem : IFileSystemReader
{
    /// <summary>Makes a regular file with this content.</summary>
    /// <exception cref="IOException">The name exists.</exception>
    NodeId CreateFile(NodeId directory, FileName name, NodeAttributes attributes, ReadOnlySpan<byte> content);

    /// <inheritdoc cref="CreateFile"/>
    NodeId CreateDirectory(NodeId directory, FileName name, NodeAttributes attributes);

    /// <summary>Makes a symbolic link, mode 0777.</summary>
    /// <exception cref="IOException">The name exists.</exception>
    NodeId CreateSymbolicLink(NodeId directory, FileName name, ReadOnlySpan<byte> target, uint userId = 0, uint groupId = 0);

    /// <summary>Replaces the whole content; inode, owner, mode, attributes and links stay.</summary>
    void WriteContent(NodeId file, ReadOnlySpan<byte> content);

    /// <summary>Writes at an offset, growing the file as needed; a gap becomes a hole.</summary>
    void WriteAt(NodeId file, long offset, ReadOnlySpan<byte> content);

    /// <summary>Cuts the file, or extends it by a hole.</summary>
    void SetLength(NodeId file, long length);

    /// <summary>Removes a name that is not a directory; frees the node with its last name.</summary>
    /// <exception cref="FileNotFoundException">There is no such name.</exception>
    /// <exception cref="IOException">The name is a directory.</exception>
    void Unlink(NodeId directory, FileName name);

    /// <summary>Removes an empty directory.</summary>
    /// <exception cref="IOException">Not a directory, or not empty.</exception>
    void RemoveDirectory(NodeId directory, FileName name);

    /// <summary>Gives a node that is not a directory one more name (a hard link).</summary>
    /// <exception cref="IOException">The name exists, or the node is a directory.</exception>
    /// <exception cref="Errors.UnsupportedImageException">The node has as many names as it can have, or the file system keeps one name a file.</exception>
    void Link(NodeId node, NodeId directory, FileName name);

    /// <summary>
    /// Moves a name, as rename(2) does: the node stays the same, and what has the new name is removed, a file by a file, an empty directory by
    /// a directory. Two names of one node both stay.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such name.</exception>
    /// <exception cref="IOException">The new name is of another kind or a directory with content, or a directory would come below itself.</exception>
    void Rename(NodeId fromDirectory, FileName fromName, NodeId toDirectory, FileName toName);

    /// <param name="node">What changes.</param>
    /// <param name="permissions">Low 12 bits of st_mode.</param>
    void SetPermissions(NodeId node, int permissions);

    void SetOwner(NodeId node, uint userId, uint groupId);

    /// <summary>
    /// What <see cref="IFileSystemReader.Stat"/> will tell after a node was given these: a file system such as FAT keeps less than it is asked for.
    /// </summary>
    NodeAttributes AttributesAsKept(NodeKind kind, NodeAttributes wanted) => wanted;

    /// <summary>Sets or replaces an extended attribute, by its full name such as "user.random-seed-creditable".</summary>
    void SetAttribute(NodeId node, string name, ReadOnlySpan<byte> value);

    /// <summary>Removes an extended attribute; nothing happens when it is absent.</summary>
    void RemoveAttribute(NodeId node, string name);

    /// <summary>
    /// Zeroes what deleting left inside structures that stay in use: free inodes, slack of directories. What has a place of its own is told by
    /// <see cref="IFileSystemReader.UnusedRanges"/> instead, and on file systems where that is all, this only counts.
    /// </summary>
    ErasedLeftovers EraseLeftovers() => default;

    /// <summary>Writes superblock, descriptors and bitmaps that are held back, with their checksums.</summary>
    void Flush();
}
