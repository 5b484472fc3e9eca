namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>Limits of the format and of this reader, each with its reason.</summary>
internal static class FatLimits
{
    /// <summary>A directory holds at most 65,536 records of 32 bytes (Linux: FAT_MAX_DIR_SIZE); a longer chain loops or is damaged.</summary>
    public const int MaxDirectoryBytes = 65536 * 32;

    /// <summary>DIR_FileSize has 32 bits.</summary>
    public const long MaxFileBytes = uint.MaxValue;

    /// <summary>mkfs.fat makes up to four; the specification recommends two.</summary>
    public const int MaxTables = 4;

    /// <summary>From this count of clusters on, a table of 12-bit entries is too small (fatgen103, "FAT Type Determination").</summary>
    public const uint MinFat16Clusters = 4085;

    /// <summary>From this count of clusters on, a table of 16-bit entries is too small.</summary>
    public const uint MinFat32Clusters = 65525;

    /// <summary>Most clusters that 28 bits can number beside the marks at their end.</summary>
    public const uint MaxFat32Clusters = 0x0FFF_FFF5;

    /// <summary>Runs of free bytes that are told apart; beyond it a file system of this size is not fragmented but made up (64 MiB of memory).</summary>
    public const int MaxUnusedRanges = 1 << 22;
}
