using System.Buffers.Binary;
using ImagePrep.Storage.Disks.Qcow2;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Qcow2;

/// <summary>Extended L2 entries that contradict themselves: one test for each rule of their bitmaps.</summary>
public sealed class HostileSubclusterTests
{
    private const ulong HostOffset = 0x00FF_FFFF_FFFF_FE00;

    [Fact]
    public void Open_HealthySubclusters_Works() => new PatchedImage { Bytes = Image().Bytes }.OpenAndRead();

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    public void Open_SubclusterBothAllocatedAndZero_IsRefused(int subcluster)
    {
        (byte[] bytes, int entry) = Image();

        Refused(bytes, entry, raw => raw, bitmap => bitmap | (1UL << subcluster) | (1UL << (subcluster + 32))).Message.ShouldContain("is both allocated and zero");
    }

    [Fact]
    public void Open_AllocatedSubclustersWithoutAHostCluster_AreRefused()
    {
        (byte[] bytes, int entry) = Image();

        Refused(bytes, entry, raw => raw & ~HostOffset, _ => 1).Message.ShouldContain("without a host cluster");
    }

    [Fact]
    public void Open_ZeroBitOfTheWholeCluster_IsRefused()
    {
        (byte[] bytes, int entry) = Image();

        Refused(bytes, entry, raw => raw | 1, bitmap => bitmap).Message.ShouldContain("zero bit");
    }

    [Fact]
    public void Open_CompressedClusterWithSubclusters_IsRefused()
    {
        (byte[] bytes, int entry) = Image();

        Refused(bytes, entry, raw => (raw & HostOffset) | Qcow2ClusterEntry.CompressedFlag, _ => 1).Message.ShouldContain("has no subclusters");
    }

    [Fact]
    public void Open_SubclusterBehindTheFile_IsRefused()
    {
        (byte[] bytes, int entry) = Image();
        ulong last = (ulong)bytes.Length / 16384 * 16384;

        Refused(bytes, entry, _ => last, _ => 1UL << 31).Kind.ShouldBe(CorruptKind.Truncated);
        Refused(bytes, entry, _ => last + (1 << 20), _ => 0).Kind.ShouldBe(CorruptKind.Truncated);
    }

    [Fact]
    public void Open_ClustersTooSmallForSubclusters_AreRefused() =>
        Should.Throw<CorruptImageException>(new PatchedImage().U64(Qcow2Header.Offsets.IncompatibleFeatures, Qcow2Features.ExtendedL2).OpenAndRead)
            .Message.ShouldContain("cluster_bits");

    private static CorruptImageException Refused(byte[] bytes, int entry, Func<ulong, ulong> raw, Func<ulong, ulong> bitmap)
    {
        PatchedImage image = new() { Bytes = [.. bytes] };
        image.U64(entry, raw(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(entry))));
        image.U64(entry + 8, bitmap(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(entry + 8))));
        return Should.Throw<CorruptImageException>(image.OpenAndRead);
    }

    /// <summary>An image with its first cluster partly written, and where the L2 entry of that cluster is.</summary>
    private static (byte[] Bytes, int Entry) Image()
    {
        using ScratchFolder scratch = new();
        QemuImg.Create(scratch.File("image"), 1 << 20, "extended_l2=on,cluster_size=16k");
        QemuImg.Io(scratch.File("image"), "write -P 1 0 4k", "write -z 8k 1k", "write -P 2 500k 40k");
        byte[] bytes = File.ReadAllBytes(scratch.File("image"));
        int l1 = (int)BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(Qcow2Header.Offsets.L1TableOffset));
        return (bytes, (int)(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(l1)) & HostOffset));
    }
}
