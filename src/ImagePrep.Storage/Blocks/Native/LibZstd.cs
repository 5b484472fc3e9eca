using System.Runtime.InteropServices;

namespace ImagePrep.Storage.Blocks.Native;

/// <summary>
/// The system's zstd library, for qcow2 clusters and initramfs segments compressed with it: .NET has no decoder. Absent libraries are reported, not
/// required.
/// </summary>
internal static partial class LibZstd
{
    private const string Library = "libzstd.so.1";

    /// <summary>ZSTD_d_windowLogMax of zstd.h.</summary>
    private const int WindowLogMax = 100;

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

    /// <summary>Frames that ask for a window of more than 2^<paramref name="log"/> bytes are refused from now on.</summary>
    public static void LimitWindow(ZstdContext context, int log)
    {
        nuint result = SetParameter(context, WindowLogMax, log);
        if (IsError(result) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(log), log, ErrorText(result));
        }
    }

    /// <summary>
    /// Goes on expanding a frame, and moves on in both windows. Returns whether the frame has ended and all of it is in <paramref name="output"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">The frame is damaged, or needs a larger window than allowed.</exception>
    public static bool DecompressNext(ZstdContext context, ref ZstdWindow output, ref ZstdWindow input)
    {
        nuint result = DecompressStream(context, ref output, ref input);
        return IsError(result) != 0 ? throw new InvalidDataException(ErrorText(result)) : result == 0;
    }

    private static string ErrorText(nuint code) => Marshal.PtrToStringUTF8(GetErrorName(code)) ?? "unknown error";

    [LibraryImport(Library, EntryPoint = "ZSTD_findFrameCompressedSize")]
    private static partial nuint FindFrameCompressedSize(ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint DecompressDCtx(ZstdContext context, Span<byte> destination, nuint capacity, ReadOnlySpan<byte> source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(ZstdContext context, ref ZstdWindow output, ref ZstdWindow input);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    private static partial nuint SetParameter(ZstdContext context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint GetErrorName(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial ZstdContext CreateDCtx();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeDCtx(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which look the same: memory that does not move, its size, and how far it is used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ZstdWindow
    {
        public nint Start;
        public nuint Size;
        public nuint Position;
    }

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
