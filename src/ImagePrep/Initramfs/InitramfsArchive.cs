using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Initramfs;

/// <summary>A file that an initramfs holds and the catalog names.</summary>
/// <param name="Entry">Why it matters and what is to be done.</param>
/// <param name="Name">In the archive, made safe to show, without a '/' in front. Of several names of one file, the first that the catalog names.</param>
/// <param name="Size">Of its content, in bytes.</param>
public sealed record InitramfsMatch(InitramfsEntry Entry, string Name, long Size)
{
    /// <summary>Its members: one for each name of the file.</summary>
    internal IReadOnlyList<CpioMember> Members { get; init; } = [];
}

/// <summary>An initramfs of the guest, and what was found in it.</summary>
/// <param name="File">The file that holds it.</param>
/// <param name="IsUnifiedKernelImage">Whether it is a section of an EFI program, beside a kernel.</param>
/// <param name="Matches">In the order of the archive.</param>
/// <param name="Obstacle">Why it, or its rest, could not be read; empty when all of it was.</param>
public sealed record InitramfsArchive(GuestNode File, bool IsUnifiedKernelImage, IReadOnlyList<InitramfsMatch> Matches, string Obstacle)
{
    /// <summary>Where it lies in its file.</summary>
    internal ByteRange Place { get; init; }

    internal IReadOnlyList<InitramfsSegment> Segments { get; init; } = [];

    internal Stream Open() => new GuestFileStream(File, Place);
}
