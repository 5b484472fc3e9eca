using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Editing;

/// <summary>Changes the content of one file. What lies behind its end in the last cluster is zeroed: it may be what was removed.</summary>
internal sealed class FileWriter(FatSession session, DirectoryRecord record, ClusterChain chain)
{
    private readonly FatVolume _volume = session.Volume;

    /// <summary>Replaces the whole content.</summary>
    public void Replace(ReadOnlySpan<byte> content)
    {
        Allocate(content.Length);
        session.Write(ChainContent.Ranges(_volume, chain, 0, content.Length), content);
        Finish(content.Length, zeroFrom: content.Length);
    }

    /// <summary>Writes at an offset; a gap before it is filled with zeros, because FAT has no holes.</summary>
    public void Write(long offset, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        long oldSize = record.FileSize;
        long size = Math.Max(oldSize, offset + content.Length);
        Allocate(size);
        if (offset > oldSize)
        {
            session.Zero(ChainContent.Ranges(_volume, chain, oldSize, offset - oldSize));
        }

        session.Write(ChainContent.Ranges(_volume, chain, offset, content.Length), content);
        Finish(size, zeroFrom: size);
    }

    /// <summary>Cuts the file, or extends it by zeros.</summary>
    public void SetLength(long size)
    {
        long oldSize = record.FileSize;
        Allocate(size);
        Finish(size, zeroFrom: Math.Min(oldSize, size));
    }

    private void Allocate(long size)
    {
        if (size > FatLimits.MaxFileBytes)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, "FAT file", $"{size} bytes are asked for, and FAT keeps at most {FatLimits.MaxFileBytes} in one file.");
        }

        long wanted = _volume.ClustersFor(size);
        if (wanted > chain.Count)
        {
            session.Clusters.Extend(chain, wanted - chain.Count);
        }
        else
        {
            session.Clusters.Shrink(chain, wanted);
        }
    }

    private void Finish(long size, long zeroFrom)
    {
        session.Zero(ChainContent.Ranges(_volume, chain, zeroFrom, (chain.Count * _volume.Boot.ClusterSize) - zeroFrom));
        record.FileSize = (uint)size;
        record.SetFirstCluster(_volume.Boot.Type, chain.First);
        record.Attributes |= FatAttributes.Archive;
        record.Touch(session.WriteTime);
    }
}
