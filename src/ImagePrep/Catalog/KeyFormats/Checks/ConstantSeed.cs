namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>A seed that adds nothing to the pool: one byte all over, or shorter than the pool of any kernel.</summary>
internal static class ConstantSeed
{
    /// <summary>The pool of Linux since 5.18, in bytes; older pools are larger.</summary>
    private const int SmallestPool = 32;

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size) =>
        size < SmallestPool || content.IsEmpty || content.IndexOfAnyExcept(content[0]) < 0 ? KeyContent.Public : KeyContent.Other;
}
