using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>What of a disk is not to reach an output.</summary>
/// <param name="UnclaimedBytes">Outside partitions, but for what boot loaders need.</param>
/// <param name="Partitions">In table order; those without anything unused are left out.</param>
/// <param name="Ranges">All bytes that read as zero in the output, in no order. What a boot loader reads by sector is not among them.</param>
public sealed record DiskErasure(long UnclaimedBytes, IReadOnlyList<PartitionErasure> Partitions, IReadOnlyList<ByteRange> Ranges);

/// <param name="Number">Partition number.</param>
/// <param name="UnusedBytes">Free space, an emptied journal, swapped-out memory.</param>
/// <param name="Leftovers">What was zeroed inside structures in use.</param>
public sealed record PartitionErasure(int Number, long UnusedBytes, ErasedLeftovers Leftovers);
