namespace ImagePrep.Storage.Partitions;

/// <summary>A run of bytes that a partition table puts on its disk.</summary>
/// <param name="Offset">Where on the disk, in bytes.</param>
/// <param name="Bytes">Whole sectors.</param>
public sealed record TableBytes(long Offset, ReadOnlyMemory<byte> Bytes);
