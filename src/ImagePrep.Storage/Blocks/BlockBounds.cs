using System.Runtime.CompilerServices;

namespace ImagePrep.Storage.Blocks;

/// <summary>The one bounds check that all block devices share.</summary>
internal static class BlockBounds
{
    /// <exception cref="ArgumentOutOfRangeException">[offset, offset + count) is not inside [0, length).</exception>
    public static void Check(long length, long offset, int count, [CallerArgumentExpression(nameof(offset))] string? name = null)
    {
        if (offset < 0 || offset > length - count)
        {
            throw new ArgumentOutOfRangeException(name, offset, $"Bytes [{offset}, {(decimal)offset + count}) are not inside a device of {length} bytes.");
        }
    }
}
