using System.Runtime.InteropServices;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>The system's zstd library, for qcow2 clusters compressed with it: .NET has no decoder. Absent libraries are reported, not required.</summary>
internal static partial class LibZstd
{
    private const string Library = "libzstd.so.1";

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(LibZstd).Assembly, searchPath: null, out _);

    /// <summary>
    /// Expands the zstd frame at the start of <paramref name="source"/>, which may be followed by other bytes. Returns the number of bytes
    /// produced, or -1 when the frame is damaged or does not fit.
    /// </summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        nuint frame = FindFrameCompressedSize(source, (nuint)source.Length);
        if (IsError(frame) != 0)
        {
            return -1;
        }

        nuint produced = Decompress(destination, (nuint)destination.Length, source, frame);
        return IsError(produced) != 0 ? -1 : (int)produced;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_findFrameCompressedSize")]
    private static partial nuint FindFrameCompressedSize(ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompress")]
    private static partial nuint Decompress(Span<byte> destination, nuint capacity, ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);
}
