using System.Diagnostics;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.FileSystems.Fat.Directories;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>Random damage in metadata: only documented exceptions may come out, and everything must end.</summary>
public sealed class FatHostileTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Damage_Anywhere_GivesOnlyDocumentedExceptions(int bits) => Damage(bits, firstSeed: 0, count: 300);

    [Theory(Explicit = true)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(32)]
    public void Damage_ManyTimes_GivesOnlyDocumentedExceptions(int bits) => Damage(bits, firstSeed: 100_000, count: 2000);

    [Fact]
    public void LargeEmptyVolume_IsCheckedInBoundedTimeAndMemory() => CheckEmptyVolume(clusters: 1 << 22, seconds: 30, bytes: 200L << 20);

    /// <summary>As many clusters as FAT32 can have on a device that is zeros: two tables of 1 GiB to look through.</summary>
    [Fact(Explicit = true)]
    public void LargestEmptyVolume_IsCheckedInBoundedTimeAndMemory() => CheckEmptyVolume(clusters: 0x0FFF_0000, seconds: 120, bytes: 3L << 30);

    private static void CheckEmptyVolume(uint clusters, int seconds, long bytes)
    {
        byte[] boot = [.. FatImage.Of(32).Bytes[..512]];
        boot.AsSpan(19, 2).Clear();
        uint tableSectors = (clusters / 128) + 1;
        BitConverter.TryWriteBytes(boot.AsSpan(32), 32 + (2 * tableSectors) + (clusters * 8));
        BitConverter.TryWriteBytes(boot.AsSpan(36), tableSectors);
        boot[13] = 8;
        ZeroDevice device = new(boot, uint.MaxValue * 512L);
        Stopwatch watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();

        FatCheck.Verify(device).ShouldHaveSingleItem().ShouldContain("cluster 1 of the chain is 0");

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(seconds));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(bytes);
    }

    private static void Damage(int bits, int firstSeed, int count)
    {
        FatImage image = FatImage.Of(bits);
        FatVolume volume = image.Volume;
        List<(long Start, int Length)> places =
        [
            (0, 90),
            (volume.Table.TableStart(0), 64),
            (volume.Boot.RootSector * volume.Boot.BytesPerSector, 512),
            (image.Directory().PositionOf(0), 512),
            (image.Directory("overlays").PositionOf(0), 200),
            (volume.ClusterStart(FatDirectory.Load(volume, image.FirstCluster("overlays")).Entries[0].Record.FirstCluster(volume.Boot.Type)), 200),
        ];
        int refused = 0;
        for (int seed = firstSeed; seed < firstSeed + count; seed++)
        {
            Random random = new(seed);
            OverlayDevice device = new(image.Device);
            for (int i = random.Next(1, 10); i > 0; i--)
            {
                (long start, int length) = places[random.Next(places.Count)];
                device.WriteAt(start + random.Next(length), [random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) }]);
            }

            refused += Survives(() => ReadEverything(FatFileSystem.OpenForReading(device))) ? 0 : 1;
            Survives(() => FatCheck.Verify(device));
            Survives(() => ContentProbe.Recognise(device));
            Survives(() => EditSomething(FatFileSystem.OpenForEditing(device, FatImage.Time), device));
        }

        refused.ShouldBeGreaterThan(0);
    }

    // Whether nothing was thrown; anything undocumented fails the test.
    private static bool Survives(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception error) when (error is CorruptImageException or UnsupportedImageException or IOException)
        {
            return false;
        }
    }

    private static void ReadEverything(IFileSystemReader files)
    {
        _ = files.Summary;
        byte[] buffer = new byte[10_000];
        HashSet<NodeId> seen = [files.Root];
        Queue<NodeId> queue = new(seen);
        bool damaged = false;
        while (queue.TryDequeue(out NodeId directory))
        {
            damaged |= !Survives(() =>
            {
                foreach (DirectoryEntry entry in files.List(directory))
                {
                    damaged |= !Survives(() =>
                    {
                        NodeInfo info = files.Stat(entry.Node);
                        if (info.Kind == NodeKind.File)
                        {
                            files.Read(entry.Node, 0, buffer);
                            files.Read(entry.Node, Math.Max(0, info.Size - 10), buffer);
                            files.ContentRanges(entry.Node);
                        }
                    });
                    if (entry.Kind == NodeKind.Directory && seen.Add(entry.Node))
                    {
                        queue.Enqueue(entry.Node);
                    }
                }
            });
        }

        seen.Count.ShouldBeLessThan(100_000);
        files.UnusedRanges();
        if (damaged)
        {
            throw new IOException("something could not be read");
        }
    }

    private static void EditSomething(IFileSystem files, IBlockReader device)
    {
        // What opens is sound, and stays so whatever is done to it.
        Survives(() => files.CreateFile(files.Root, "a new file.txt", new NodeAttributes(0x1A4), new byte[3000]));
        Survives(() => files.CreateDirectory(files.Root, "directory", new NodeAttributes(0x1ED)));
        foreach (DirectoryEntry entry in files.List(files.Root).ToArray())
        {
            Survives(() => files.WriteAt(entry.Node, 5000, new byte[3000]));
            Survives(() => files.SetLength(entry.Node, 4000));
            Survives(() => files.Unlink(files.Root, entry.Name));
        }

        files.Flush();
        FatCheck.Verify(device).ShouldBeEmpty();
    }

    /// <summary>A device that holds a boot sector and zeros.</summary>
    private sealed class ZeroDevice(byte[] start, long length) : IBlockReader
    {
        public long Length => length;

        public void ReadAt(long offset, Span<byte> destination)
        {
            destination.Clear();
            if (offset < start.Length)
            {
                int count = (int)Math.Min(destination.Length, start.Length - offset);
                start.AsSpan((int)offset, count).CopyTo(destination);
            }
        }

        public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, length), length);
    }
}
