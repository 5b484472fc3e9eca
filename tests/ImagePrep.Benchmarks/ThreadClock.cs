using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ImagePrep.Benchmarks;

/// <summary>Time that the calling thread has been on a processor, to the nanosecond: CLOCK_THREAD_CPUTIME_ID of clock_gettime(2).</summary>
internal static partial class ThreadClock
{
    private const int ThreadProcessorTime = 3;

    public static double Milliseconds => ReadClock(ThreadProcessorTime, out TimeSpecification time) == 0
        ? (time.Seconds * 1e3) + (time.Nanoseconds / 1e6)
        : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ReadClock(int clock, out TimeSpecification time);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpecification
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
