using System.Globalization;
using System.Runtime.InteropServices;
using ImagePrep.Golden;
using ImagePrep.Nodes;
using ImagePrep.Randomness.Seeds;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Tests.Randomness.Seeds;

/// <summary>Looks for issued seeds in all writable memory of the process, as whoever has a core of it would.</summary>
public sealed class WipedMemoryTests
{
    /// <summary>Kept only under this mask, so that the search does not find itself.</summary>
    private const ulong Mask = 0xA5C3_96E1_7B2D_4F88;

    private static readonly SlotDescription[] Slots =
    [
        new(SlotNames.Seed, "/seed", NodeSecrets.SeedBytes, [new(0, NodeSecrets.SeedBytes)], ""),
        new(SlotNames.Node, "/node.conf", 4096, [new(4096, 4096)], ""),
    ];

    [Fact]
    public void Dispose_Batch_LeavesNoSeedInMemory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory is read from /proc");
        ulong[] masked = MaskedSeeds(out bool foundWhileAlive);
        foundWhileAlive.ShouldBeTrue("the search must find what is there");

        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);

        Found(masked).ShouldBeEmpty();
    }

    private static ulong[] MaskedSeeds(out bool foundWhileAlive)
    {
        SeedGeneratorOptions options = new() { GoldenDigest = new byte[32], Nodes = 20 };
        using SeedBatch batch = new SeedGenerator(options).GenerateBatch([.. Enumerable.Range(0, 20).Select(i => $"node{i}")]);
        List<ulong> masked = [];
        List<NodePatches> patches = [];
        Span<byte> digits = stackalloc byte[sizeof(ulong)];
        foreach (NodeSecrets node in batch.Nodes)
        {
            // One word of the seed's middle, one of the nonce.
            masked.Add(MemoryMarshal.Read<ulong>(node.Seed[304..]) ^ Mask);
            masked.Add(MemoryMarshal.Read<ulong>(node.Nonce[8..]) ^ Mask);

            // What node images hold: the nonce's digits, eight of them.
            HexDigits.Write(node.Nonce.Slice(12, sizeof(ulong) / 2), digits);
            masked.Add(MemoryMarshal.Read<ulong>(digits) ^ Mask);
            digits.Clear();
            patches.Add(new NodePatches(Slots, new NodeSpec(node.NodeName, [], "", "", []), node));
        }

        foundWhileAlive = Found([.. masked]).Count == masked.Count;
        patches.ForEach(patch => patch.Dispose());
        return [.. masked];
    }

    private static unsafe HashSet<int> Found(ulong[] masked)
    {
        const int Chunk = 1 << 20;
        HashSet<int> found = [];
        Dictionary<ulong, int> wanted = masked.Select((value, index) => (value, index)).ToDictionary(pair => pair.value, pair => pair.index);
        HashSet<ushort> starts = [.. masked.Select(value => (ushort)value)];
        bool[] mayStart = new bool[1 << 16];
        foreach (ushort start in starts)
        {
            mayStart[start] = true;
        }

        byte* buffer = (byte*)NativeMemory.Alloc(Chunk + sizeof(ulong));
        try
        {
            using SafeFileHandle memory = File.OpenHandle("/proc/self/mem");
            foreach (string line in File.ReadAllLines("/proc/self/maps").Where(line => line.Contains(" rw", StringComparison.Ordinal)))
            {
                string[] ends = line.Split(' ')[0].Split('-');
                long start = long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                long end = long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                for (long at = start; at < end; at += Chunk)
                {
                    int length = (int)Math.Min(Chunk + sizeof(ulong), end - at);
                    if (!TryRead(memory, new Span<byte>(buffer, length), at))
                    {
                        continue;
                    }

                    for (int i = 0; i + sizeof(ulong) <= length; i++)
                    {
                        ulong value = *(ulong*)(buffer + i) ^ Mask;
                        bool own = at + i >= (long)buffer && at + i < (long)buffer + Chunk + sizeof(ulong);
                        if (mayStart[(ushort)value] && !own && wanted.TryGetValue(value, out int index))
                        {
                            found.Add(index);
                        }
                    }
                }
            }
        }
        finally
        {
            NativeMemory.Clear(buffer, Chunk + sizeof(ulong));
            NativeMemory.Free(buffer);
        }

        return found;
    }

    private static bool TryRead(SafeFileHandle memory, Span<byte> destination, long at)
    {
        try
        {
            return RandomAccess.Read(memory, destination, at) == destination.Length;
        }
        catch (IOException)
        {
            // The region is gone, or is one that only devices read.
            return false;
        }
    }
}
