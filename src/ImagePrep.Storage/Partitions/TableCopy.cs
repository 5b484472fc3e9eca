namespace ImagePrep.Storage.Partitions;

/// <summary>Which copy of itself a table was read from.</summary>
public enum TableCopy
{
    /// <summary>There is one copy only, or no table: an MBR, or a file system on the whole disk.</summary>
    Only,

    /// <summary>The GPT at the front of the disk.</summary>
    Primary,

    /// <summary>The GPT at the end of the disk, because the primary is damaged.</summary>
    Backup,
}
