using System.Runtime.InteropServices;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>The system's zstd library, for qcow2 clusters compressed with it: .NET has no decoder. Absent libraries are reported, not required.</summary>
internal static partial class LibZstd
{
    private const string Library = "libzstd.so.1";

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(LibZstd).Assembly, searchPath: null, out _);

    /// <summary>What a thread needs to expand frames one after another; some 150 KiB that are costly to set up for each.</summary>
    public static ZstdContext CreateContext()
    {
        ZstdContext context = CreateDCtx();
        return context.IsInvalid ? throw new IOException("libzstd could not allocate a decompression context.") : context;
    }

    /// <summary>
    /// Expands the zstd frame at the start of <paramref name="source"/>, which may be followed by other bytes. Returns the number of bytes
    /// produced, or -1 when the frame is damaged or does not fit.
    /// </summary>
    public static int Decompress(ZstdContext context, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        nuint frame = FindFrameCompressedSize(source, (nuint)source.Length);
        if (IsError(frame) != 0)
        {
            return -1;
        }

        nuint produced = DecompressDCtx(context, destination, (nuint)destination.Length, source, frame);
        return IsError(produced) != 0 ? -1 : (int)produced;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_findFrameCompressedSize")]
    private static partial nuint FindFrameCompressedSize(ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint DecompressDCtx(ZstdContext context, Span<byte> destination, nuint capacity, ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial ZstdContext CreateDCtx();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeDCtx(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    /// <summary>A ZSTD_DCtx. One thread at a time may use it.</summary>
    internal sealed class ZstdContext : SafeHandle
    {
        public ZstdContext()
            : base(0, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => FreeDCtx(handle) == 0;
    }
}
