namespace ImagePrep.Storage.FileSystems.Ext.Mapping;

/// <summary>Consecutive blocks of a file that lie in consecutive blocks of the file system.</summary>
/// <param name="Logical">First block within the file.</param>
/// <param name="Physical">First block within the file system.</param>
/// <param name="Count">Number of blocks.</param>
/// <param name="Unwritten">Allocated, but reads as zero: nothing was stored there yet.</param>
internal readonly record struct BlockRun(uint Logical, long Physical, uint Count, bool Unwritten = false)
{
    /// <summary>The first block of the file behind the run; 2^32 at most.</summary>
    public long LogicalEnd => (long)Logical + Count;

    public long PhysicalEnd => Physical + Count;

    /// <summary>Whether the other run continues this one, in the file and on the device.</summary>
    public bool IsContinuedBy(BlockRun next) =>
        next.Logical == LogicalEnd && next.Physical == PhysicalEnd && next.Unwritten == Unwritten && (long)Count + next.Count <= uint.MaxValue;

    /// <summary>The part from one block of the file up to another, both within the run.</summary>
    public BlockRun Part(long from, long to) =>
        new((uint)from, Physical + (from - Logical), (uint)(to - from), Unwritten);
}
