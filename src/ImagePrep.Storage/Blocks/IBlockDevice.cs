namespace ImagePrep.Storage.Blocks;

/// <summary>A random-access run of bytes that can also be changed. Writes must not run beside other calls.</summary>
public interface IBlockDevice : IBlockReader
{
    /// <summary>Stores the whole of <paramref name="source"/> at <paramref name="offset"/>, or throws and changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the device.</exception>
    void WriteAt(long offset, ReadOnlySpan<byte> source);
}
