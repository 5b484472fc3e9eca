using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Allocation;
using ImagePrep.Storage.FileSystems.Fat.Directories;
using ImagePrep.Storage.FileSystems.Fat.Names;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat.Checking;

/// <summary>
/// Walks the whole tree of a volume once. Every cluster may be claimed once, so the walk ends however the tree is knotted.
/// FSInfo and the dirty marks are not judged: they are hints, and often stale on volumes that are otherwise sound.
/// </summary>
internal sealed class VolumeScan(FatVolume volume, Problems problems, UnusedBytes? unused = null)
{
    private const int MaxComparedAtOnce = 1 << 20;

    private readonly ClusterBitmap _claimed = new(volume.Boot.ClusterCount);
    private readonly Queue<(uint Cluster, uint Parent)> _directories = new();

    public void Run()
    {
        CompareTables();
        ScanRoot();
        while (_directories.TryDequeue(out (uint Cluster, uint Parent) next))
        {
            problems.Try(() =>
            {
                FatDirectory directory = FatDirectory.Load(volume, next.Cluster);
                CheckDots(directory, next.Cluster, next.Parent);
                ScanDirectory(directory, next.Cluster);
            });
        }

        FindLostClusters();
    }

    private void CompareTables()
    {
        FatTable table = volume.Table;
        for (int copy = 1; copy < volume.Boot.TableCount && volume.Boot.IsMirrored; copy++)
        {
            byte[] first = new byte[Math.Min(MaxComparedAtOnce, table.UsedBytes)];
            byte[] other = new byte[first.Length];
            for (long offset = 0; offset < table.UsedBytes; offset += first.Length)
            {
                int length = (int)Math.Min(first.Length, table.UsedBytes - offset);
                volume.Device.ReadAt(table.TableStart(0) + offset, first.AsSpan(0, length));
                volume.Device.ReadAt(table.TableStart(copy) + offset, other.AsSpan(0, length));
                int same = first.AsSpan(0, length).CommonPrefixLength(other.AsSpan(0, length));
                if (same < length)
                {
                    problems.Add($"FAT {copy + 1} differs from FAT 1 at byte {offset + same}.");
                    break;
                }
            }
        }
    }

    private void ScanRoot() => problems.Try(() =>
    {
        uint cluster = volume.Boot.RootCluster;
        if (cluster == 0 || Claim(cluster, FatLimits.MaxDirectoryBytes / volume.Boot.ClusterSize, "the root directory") is not null)
        {
            ScanDirectory(FatDirectory.LoadRoot(volume), 0);
        }
    });

    private void ScanDirectory(FatDirectory directory, uint cluster)
    {
        foreach (int offset in directory.Orphans)
        {
            problems.Add($"{directory.Name}: the piece of a long name at {offset} belongs to no entry.");
        }

        if (cluster == 0)
        {
            problems.AddUnless(directory.Dots.Count == 0, $"{directory.Name}: it has '.' or '..'.");
        }

        for (int offset = directory.End; offset < directory.Bytes.Length; offset += DirectoryRecord.Size)
        {
            if (directory.Bytes[offset] is not (0 or DirectoryRecord.Deleted))
            {
                problems.Add($"{directory.Name}: the record at {offset} looks used and lies behind the end mark at {directory.End}, so that drivers disagree about it.");
                break;
            }
        }

        unused?.AddRecords(directory);
        HashSet<string> names = new(LongName.Comparer);
        HashSet<string> shortNames = new(StringComparer.Ordinal);
        foreach (FatEntry entry in directory.Entries)
        {
            string label = $"{directory.Name}: '{PrintableText.From(System.Text.Encoding.UTF8.GetBytes(entry.Text))}'";
            problems.AddUnless(names.Add(entry.Text), $"{label} is there more than once.");
            problems.AddUnless(shortNames.Add(Convert.ToHexString(entry.Record.ShortName)), $"{label} has the same short name as another entry.");
            ScanEntry(entry.Record, cluster, label);
        }
    }

    private void ScanEntry(DirectoryRecord record, uint parent, string label)
    {
        uint first = record.FirstCluster(volume.Boot.Type);
        if (record.IsDirectory)
        {
            if (first == 0)
            {
                problems.Add($"{label}: it is a directory without a cluster.");
            }
            else if (Claim(first, FatLimits.MaxDirectoryBytes / volume.Boot.ClusterSize, label) is not null)
            {
                _directories.Enqueue((first, parent));
            }

            return;
        }

        long needed = volume.ClustersFor(record.FileSize);
        if (Claim(first, needed + 1, label) is not { } chain)
        {
            return;
        }

        if (chain.Count != needed)
        {
            problems.Add($"{label} has {(chain.Count > needed ? "more than " : "")}{Math.Min(chain.Count, needed)} clusters, its size of {record.FileSize} bytes needs {needed}.");
        }
        else
        {
            unused?.AddSlack(chain, record.FileSize);
        }
    }

    // Null when the chain is damaged, which is then among the problems.
    private ClusterChain? Claim(uint first, long limit, string label)
    {
        ClusterChain chain = new();
        uint cluster = first;
        while (!(chain.Count == 0 ? cluster == 0 : volume.Table.IsEndOfChain(cluster)))
        {
            if (!volume.Table.IsCluster(cluster))
            {
                problems.Add($"{label}: cluster {chain.Count} of the chain is {cluster}, expected {FatTable.FirstCluster} to {volume.Boot.ClusterCount + 1}.");
                return null;
            }

            if (_claimed[cluster])
            {
                problems.Add($"{label}: cluster {cluster} belongs to another chain, or the chain loops.");
                return null;
            }

            if (volume.Table[cluster] == volume.Table.Bad)
            {
                problems.Add($"{label}: cluster {cluster} of the chain is marked bad.");
                return null;
            }

            _claimed[cluster] = true;
            chain.Add(cluster);
            cluster = volume.Table[cluster];
            if (chain.Count == limit && !volume.Table.IsEndOfChain(cluster))
            {
                problems.Add($"{label}: the cluster chain has more than {limit} clusters.");
                return null;
            }
        }

        return chain;
    }

    // "." is the directory itself and ".." its parent, which is 0 for the root; some makers write the root's cluster.
    private void CheckDots(FatDirectory directory, uint cluster, uint parent)
    {
        FatType type = volume.Boot.Type;
        if (directory.Dots is not [{ Offset: 0 } dot, { Offset: DirectoryRecord.Size } dotDot]
            || !dot.Record.ShortName.SequenceEqual(ShortName.Dot)
            || !dotDot.Record.ShortName.SequenceEqual(ShortName.DotDot)
            || !dot.Record.IsDirectory
            || !dotDot.Record.IsDirectory)
        {
            problems.Add($"{directory.Name}: it does not start with '.' and '..'.");
            return;
        }

        uint self = dot.Record.FirstCluster(type);
        uint up = dotDot.Record.FirstCluster(type);
        problems.AddUnless(self == cluster, $"{directory.Name}: '.' is at cluster {self}.");
        problems.AddUnless(
            up == parent || (parent == 0 && up == volume.Boot.RootCluster), $"{directory.Name}: '..' is at cluster {up}, expected {parent}.");
    }

    private void FindLostClusters()
    {
        long lost = 0;
        uint first = 0;
        for (uint cluster = FatTable.FirstCluster; cluster < _claimed.End; cluster++)
        {
            uint value = volume.Table[cluster];
            if (value != FatTable.Free && value != volume.Table.Bad && !_claimed[cluster])
            {
                first = lost++ == 0 ? cluster : first;
            }
        }

        problems.AddUnless(lost == 0, $"{lost} clusters from {first} on are taken and belong to no file.");
    }
}
