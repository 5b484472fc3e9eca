namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// What directory code needs of the file system around it: the blocks of one directory file, numbered from 0, and the rules that apply to it.
/// </summary>
internal interface IDirectoryBlocks
{
    DirectoryRules Rules { get; }

    /// <summary>Number of blocks of the directory (i_size / block size).</summary>
    uint Count { get; }

    /// <summary>EXT4_INDEX_FL of the directory's inode. Setting it is only done by the conversion to an htree.</summary>
    bool IsIndexed { get; set; }

    /// <summary>A copy of one block's bytes.</summary>
    byte[] Read(uint block);

    void Write(uint block, ReadOnlySpan<byte> content);

    /// <summary>Grows the directory by one block (i_size included), stores its content and returns its number.</summary>
    uint Append(ReadOnlySpan<byte> content);
}

/// <summary>Rules that the superblock and the directory's inode set for its blocks.</summary>
/// <param name="BlockSize">Bytes, 1,024 to 65,536.</param>
/// <param name="Self">Inode number of the directory.</param>
/// <param name="HasFileType">INCOMPAT_FILETYPE: byte 7 of an entry is its type; otherwise it is the high byte of name_len.</param>
/// <param name="HasChecksums">RO_COMPAT_METADATA_CSUM: leaf blocks carry a 12-byte tail, index blocks an 8-byte dx_tail.</param>
/// <param name="ChecksumSeed">crc32c(crc32c(file system seed, le32 inode), le32 generation); 0 without checksums.</param>
/// <param name="HashSeed">s_hash_seed, 16 bytes; all zero means the default seed.</param>
/// <param name="DefaultHashVersion">s_def_hash_version: 0 legacy, 1 half-MD4, 2 TEA.</param>
/// <param name="HashUnsigned">s_flags says that names are hashed as unsigned char.</param>
/// <param name="MayIndex">COMPAT_DIR_INDEX: a directory that outgrows one block becomes an htree.</param>
/// <param name="HasLargeDir">INCOMPAT_LARGEDIR: three index levels instead of two.</param>
internal sealed record DirectoryRules(
    int BlockSize,
    uint Self,
    bool HasFileType,
    bool HasChecksums,
    uint ChecksumSeed,
    byte[] HashSeed,
    byte DefaultHashVersion,
    bool HashUnsigned,
    bool MayIndex,
    bool HasLargeDir);
