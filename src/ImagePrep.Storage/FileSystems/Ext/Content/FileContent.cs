using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Content;

/// <summary>Reads bytes of a file through its map, or out of the inode itself. Holes and unwritten blocks read as zero.</summary>
internal static class FileContent
{
    /// <returns>Bytes read: fewer than asked only at the end of the file.</returns>
    public static int Read(Volume volume, Inode inode, FileMap map, long offset, Span<byte> destination)
    {
        if (inode.Has(InodeFlags.InlineData))
        {
            return InlineContent.Read(inode, offset, destination);
        }

        long available = Math.Max(0, inode.Size - offset);
        destination = destination[..(int)Math.Min(destination.Length, available)];
        int total = destination.Length;
        if (total == 0)
        {
            return 0;
        }

        int blockSize = volume.BlockSize;
        long end = offset + total;
        foreach ((long from, long to, BlockRun? run) in map.Pieces(offset / blockSize, ((end - 1) / blockSize) + 1))
        {
            // Only the first piece can start before the offset, only the last can end behind the end.
            long start = Math.Max(offset, from * blockSize);
            int count = (int)(Math.Min(end, to * blockSize) - start);
            if (run is null || run.Value.Unwritten)
            {
                destination[..count].Clear();
            }
            else
            {
                volume.Device.ReadAt((run.Value.Physical * blockSize) + (start - (from * blockSize)), destination[..count]);
            }

            destination = destination[count..];
        }

        return total;
    }
}
