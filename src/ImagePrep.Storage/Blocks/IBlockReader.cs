namespace ImagePrep.Storage.Blocks;

/// <summary>
/// A random-access run of bytes that is only read. Positions are absolute, there is no cursor, and reads from several threads are safe.
/// </summary>
public interface IBlockReader
{
    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills the whole of <paramref name="destination"/> from <paramref name="offset"/>, or throws.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the device.</exception>
    /// <exception cref="IOException">The host could not deliver the bytes.</exception>
    void ReadAt(long offset, Span<byte> destination);

    /// <summary>
    /// The first run at or after <paramref name="offset"/> that may hold bytes other than zero; everything before it reads as zero.
    /// An empty range at <see cref="Length"/> when the rest reads as zero. A reader that knows nothing returns the whole rest.
    /// </summary>
    ByteRange NextData(long offset);
}
