using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Swap;

namespace ImagePrep.Guests;

/// <summary>
/// Files that the guest swaps to: those that its fstab names, and where distributions put them that switch swapping on otherwise. The header proves that
/// it is one.
/// </summary>
internal static class SwapFiles
{
    /// <summary>Of Debian's and Fedora's usual advice, of Ubuntu's installer, and of dphys-swapfile (Raspberry Pi OS).</summary>
    private static readonly string[] UsualPaths = ["/swapfile", "/swap.img", "/var/swap"];

    /// <summary>What was swapped out, in bytes of the disk, with the partition it is on.</summary>
    /// <exception cref="UnsupportedImageException">One holds a suspended guest.</exception>
    public static IEnumerable<(int PartitionNumber, ByteRange Range)> Content(GuestTree files)
    {
        IEnumerable<string> paths = FileSystemTable.Of(files).Where(entry => entry.Type == "swap" && entry.Source.StartsWith('/')).Select(entry => entry.Source);
        HashSet<(int, NodeId)> seen = [];
        foreach (string path in paths.Concat(UsualPaths))
        {
            GuestNode? file = files.Resolve(path, followLast: true, out _);
            if (file is not { Info.Kind: NodeKind.File } || !seen.Add((file.Mount.PartitionNumber, file.Node)))
            {
                continue;
            }

            foreach (ByteRange range in Content(file))
            {
                yield return (file.Mount.PartitionNumber, range);
            }
        }
    }

    /// <summary>Everything but the header, which may itself lie in pieces.</summary>
    private static IEnumerable<ByteRange> Content(GuestNode file)
    {
        byte[] start = new byte[SwapArea.MaxPageSize];
        int count = file.Mount.FileSystem.Read(file.Node, 0, start);
        if (!SwapArea.TryRead(new MemoryDevice(start[..count]), out SwapArea? area))
        {
            yield break;
        }

        long header = area!.Header.Length;
        foreach (ByteRange piece in GuestTree.DiskRanges(file))
        {
            long kept = Math.Min(header, piece.Length);
            header -= kept;
            yield return ByteRange.FromBounds(piece.Start + kept, piece.End);
        }
    }
}
