using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Editing;

/// <summary>Adds and removes names of one directory. After a change the directory has to be loaded again.</summary>
internal sealed class DirectoryEditor(FatSession session, FatDirectory directory)
{
    /// <summary>Adds a name and returns where its record lies on the device.</summary>
    /// <param name="name">A name that is not there, from <see cref="LongName.ForNewEntry"/>.</param>
    /// <param name="make">Makes the record, given short name and case flags.</param>
    public long Insert(string name, Func<byte[], byte, DirectoryRecord> make)
    {
        HashSet<string> taken = [.. directory.Entries.Select(entry => Convert.ToHexString(entry.Record.ShortName))];
        MadeShortName made = ShortNameMaker.Make(name, bytes => taken.Contains(Convert.ToHexString(bytes)));
        byte[] pieces = made.NeedsLongName ? LongNameRecord.Encode(name, ShortName.Checksum(made.Bytes)) : [];
        byte[] records = [.. pieces, .. make(made.Bytes, made.CaseFlags).Raw];
        int start = FindRoom(records.Length);
        int end = start + records.Length;
        int length = Math.Max(directory.Bytes.Length, end);
        if (end > directory.Bytes.Length)
        {
            length = Grow(end);
        }

        session.Write(directory.Places(start, end), records);
        if (end > directory.End && end < length)
        {
            // The end mark moves: whatever lies behind it must be marks too, for drivers that look further.
            session.Zero(directory.Places(end, length));
        }

        return directory.PositionOf(end - DirectoryRecord.Size);
    }

    /// <summary>Marks the records of a name as deleted and wipes what they said.</summary>
    public void Remove(FatEntry entry)
    {
        byte[] wiped = new byte[entry.End - entry.Start];
        for (int offset = 0; offset < wiped.Length; offset += DirectoryRecord.Size)
        {
            wiped[offset] = DirectoryRecord.Deleted;
        }

        session.Write(directory.Places(entry.Start, entry.End), wiped);
    }

    // The first run of deleted records that is long enough, or the end with the deleted records just before it.
    private int FindRoom(int length)
    {
        int start = 0;
        int end = 0;
        foreach (int offset in directory.Deleted)
        {
            start = offset == end ? start : offset;
            end = offset + DirectoryRecord.Size;
            if (end - start == length)
            {
                return start;
            }
        }

        return end == directory.End && end > start ? start : directory.End;
    }

    private int Grow(int bytes)
    {
        if (directory.Chain is not { } chain)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NoSpace, directory.Name, $"it has a fixed size of {directory.Bytes.Length / DirectoryRecord.Size} records and no room for another name.");
        }

        if (bytes > FatLimits.MaxDirectoryBytes)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NoSpace, directory.Name, $"a directory has at most {FatLimits.MaxDirectoryBytes} bytes, and it is full.");
        }

        int old = directory.Bytes.Length;
        int length = (int)session.Volume.ClustersFor(bytes) * session.Volume.Boot.ClusterSize;
        session.Clusters.Extend(chain, session.Volume.ClustersFor(bytes) - chain.Count);
        session.Zero(ChainContent.Ranges(session.Volume, chain, old, length - old));
        return length;
    }
}
