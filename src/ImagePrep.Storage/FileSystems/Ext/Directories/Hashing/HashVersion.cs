namespace ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

/// <summary>
/// dx_root_info.hash_version as directories store it. Whether names are hashed as signed or unsigned bytes is said by the superblock's flags
/// alone: the format's numbers 3 to 5 (unsigned variants) are never stored.
/// </summary>
internal enum HashVersion : byte
{
    Legacy = 0,
    HalfMd4 = 1,
    Tea = 2,
}
