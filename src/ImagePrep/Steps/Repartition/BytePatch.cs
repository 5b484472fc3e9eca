namespace ImagePrep.Steps.Repartition;

/// <summary>A few bytes that name a sector and must follow the move. They are replaced only where the expected ones are found.</summary>
/// <param name="Offset">Where on the realigned disk, in bytes.</param>
/// <param name="Expected">What the base holds there.</param>
/// <param name="Replacement">What it must hold, as many bytes.</param>
/// <param name="Reason">What the bytes are, for people.</param>
public sealed record BytePatch(long Offset, ReadOnlyMemory<byte> Expected, ReadOnlyMemory<byte> Replacement, string Reason);
