namespace ImagePrep.Initramfs;

/// <summary>How far an initramfs is followed. Real ones stay an order of magnitude below each.</summary>
internal static class InitramfsLimits
{
    /// <summary>Bytes of one initramfs, and of what it expands to. The kernel keeps all of it in memory.</summary>
    public const long MaxExpanded = 1L << 30;

    /// <summary>Bytes that all of a guest's expand to together.</summary>
    public const long MaxExpandedTogether = 4L << 30;

    /// <summary>Images with more kernels than this do not exist.</summary>
    public const int MaxArchives = 128;

    /// <summary>Microcode, firmware, modules, the rest, and what a boot loader or installer appended.</summary>
    public const int MaxSegments = 256;

    /// <summary>Members of one initramfs; a rescue image with every driver has some 20,000.</summary>
    public const int MaxMembers = 1 << 18;

    /// <summary>PATH_MAX: the kernel passes over members with longer names.</summary>
    public const int MaxName = 4096;

    /// <summary>2^26 bytes, 64 MiB of memory: what zstd uses at level 21. Level 22 needs twice as much.</summary>
    public const int MaxZstdWindowLog = 26;

    /// <summary>A removed secret larger than this gets no commitment, since it would have to be held in memory.</summary>
    public const int MaxSecret = 1 << 20;

    /// <summary>A rebuilt initramfs is held in memory, and again as changed blocks of the disk.</summary>
    public const int MaxRebuilt = 64 << 20;
}
