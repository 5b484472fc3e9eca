using System.Runtime.InteropServices;

namespace ImagePrep.Randomness.Native;

/// <summary>
/// getrandom(2) without anything between: the C library's function may answer from a generator of its own in the process (vDSO), and
/// fresh bytes from the kernel are the point here.
/// </summary>
internal static partial class KernelRandom
{
    /// <summary>errno values of Linux that matter here; the same on every architecture that .NET runs on.</summary>
    public const int Interrupted = 4;
    public const int TryAgain = 11;

    private const uint NonBlock = 1;

    /// <summary>
    /// Number of the system call, by the kernel's tables (arch/*/entry/syscalls, asm-generic/unistd.h); -1 where it is not known.
    /// </summary>
    private static readonly nint Number = RuntimeInformation.ProcessArchitecture switch
    {
        _ when !OperatingSystem.IsLinux() => -1,
        Architecture.X64 => 318,
        Architecture.X86 => 355,
        Architecture.Arm => 384,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 278,
        Architecture.S390x => 349,
        Architecture.Ppc64le => 359,
        _ => -1,
    };

    public static bool IsSupported => Number >= 0;

    /// <summary>One call. Returns the number of bytes, or -1 with <paramref name="error"/> set to errno.</summary>
    public static int Read(Span<byte> destination, bool wait, out int error)
    {
        nint result = SystemCall(Number, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length, wait ? 0 : NonBlock);
        error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        return (int)result;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, ref byte buffer, nuint length, nuint flags);
}
