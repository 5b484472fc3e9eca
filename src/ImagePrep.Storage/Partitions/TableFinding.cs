namespace ImagePrep.Storage.Partitions;

/// <summary>What is odd about a table that can still be used.</summary>
public enum TableFindingKind
{
    /// <summary>The primary GPT is damaged; the backup was used.</summary>
    PrimaryDamaged,

    /// <summary>The backup GPT is missing or damaged; the primary was used.</summary>
    BackupDamaged,

    /// <summary>Both GPT copies are sound but differ; the primary was used, as kernels do.</summary>
    CopiesDiffer,

    /// <summary>The backup GPT is not in the last sector: the disk was made larger and the table not told.</summary>
    BackupNotAtEnd,

    /// <summary>A hybrid MBR: partitions beside the protective entry.</summary>
    HybridMbr,

    /// <summary>More than one primary partition is marked active.</summary>
    SeveralActive,

    /// <summary>An extended partition without a signature: it holds no logical partition.</summary>
    EmptyExtended,
}

/// <param name="Kind">Closed set for programs and tests.</param>
/// <param name="Message">What was found and where, for people.</param>
public sealed record TableFinding(TableFindingKind Kind, string Message);
