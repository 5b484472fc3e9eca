using ImagePrep.Storage.Partitions;

namespace ImagePrep.Guests;

/// <summary>What PARTUUID= in fstab and on kernel command lines names.</summary>
public static class PartitionUuid
{
    /// <summary>GPT: the unique GUID. MBR: disk signature and two-digit hexadecimal number, as the kernel makes it. Otherwise empty.</summary>
    public static string Of(PartitionTable table, Partition partition)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(partition);
        return table.Scheme switch
        {
            PartitionScheme.Gpt => partition.UniqueId?.ToString() ?? "",
            PartitionScheme.Mbr => $"{table.DiskId}-{partition.Number:x2}",
            _ => "",
        };
    }
}
