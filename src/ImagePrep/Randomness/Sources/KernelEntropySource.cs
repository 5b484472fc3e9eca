using ImagePrep.Randomness.Native;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// The kernel's generator by getrandom(2), asked anew for every node. The kernel learns when its virtual machine was restored from a snapshot
/// (vmgenid); generators inside a process do not, and would hand two restored clones the same bytes.
/// </summary>
public sealed class KernelEntropySource : IEntropySource
{
    private readonly ReadCall _call;
    private volatile bool _ready;

    public KernelEntropySource()
        : this(KernelRandom.Read)
    {
    }

    /// <param name="call">The system call; tests put short reads and errors here.</param>
    internal KernelEntropySource(ReadCall call) => _call = call;

    /// <summary>One getrandom(2) call: number of bytes read, or -1 and errno.</summary>
    internal delegate int ReadCall(Span<byte> destination, bool wait, out int error);

    /// <summary>Whether this system has the call. Elsewhere <see cref="RuntimeEntropySource"/> reads the operating system's generator.</summary>
    public static bool IsSupported => KernelRandom.IsSupported;

    /// <summary>Of every such source.</summary>
    public static SourceDescription Account { get; } = new(
        "The Linux kernel's generator, asked by system call number, so that no library answers in its place; once for each node",
        "It collects the timing of interrupts and devices, the processor's generator where there is one, and what a hypervisor passes on; it hands nothing out "
            + "before it holds 256 bits, and is reseeded all the time",
        "A kernel since 3.17. It is asked without waiting first, and a kernel that is not ready stops the run. A virtual machine should have a virtio-rng device, "
            + "and a generation id (vmgenid) if it is ever restored from a snapshot");

    public string Name => "getrandom(2)";

    public SourceDescription Description => Account;

    public void Read(Span<byte> destination)
    {
        EnsureReady();
        for (int done = 0; done < destination.Length;)
        {
            int read = _call(destination[done..], true, out int error);
            if (read > 0)
            {
                done += read;
            }
            else if (error != KernelRandom.Interrupted)
            {
                throw Unusable(read, error);
            }
        }
    }

    /// <summary>
    /// Asks once whether the kernel's generator is initialised. A build machine that has not enough entropy yet is reported, not waited for:
    /// it would be a surprise at a place where surprises are found late.
    /// </summary>
    private void EnsureReady()
    {
        if (_ready)
        {
            return;
        }

        Span<byte> probe = stackalloc byte[1];
        int read;
        int error;
        do
        {
            read = _call(probe, false, out error);
        }
        while (read < 0 && error == KernelRandom.Interrupted);

        if (read < 0 && error == KernelRandom.TryAgain)
        {
            throw new RandomnessException(
                "getrandom(2): this machine's kernel has not collected enough entropy since it booted, so no seed was made. "
                + "Run again in a minute; give a virtual machine a virtio-rng device.");
        }

        if (read != probe.Length)
        {
            throw Unusable(read, error);
        }

        _ready = true;
    }

    private static RandomnessException Unusable(int read, int error) => new(
        $"getrandom(2) returned {read} (error number {error}), so no seed was made. "
        + "The kernel is older than 3.17, or a sandbox (seccomp) forbids the call: allow it.");
}
