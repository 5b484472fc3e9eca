using System.Buffers.Binary;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>What few images have: subclusters, zstd, internal snapshots, persistent bitmaps, and the header extensions that go with them.</summary>
internal sealed class Qcow2FeaturesTarget() : Qcow2Target("qcow2-features")
{
    private const int SnapshotsOffset = 64;

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        OutsideTool.Require("qemu-img");
        using ScratchFolder scratch = new();
        byte[] content = new byte[128 << 10];
        content.AsSpan(10_000, 30_000).Fill(0x31);
        new Random(1).NextBytes(content.AsSpan(100_000, 5000));
        File.WriteAllBytes(scratch.File("raw"), content);
        return
        [
            WithTables(File.ReadAllBytes(ConvertToFile(scratch, "-o", "extended_l2=on,cluster_size=16384"))),
            WithTables(File.ReadAllBytes(ConvertToFile(scratch, "-c", "-o", "compression_type=zstd,cluster_size=4096"))),
            Annotated(scratch),
        ];
    }

    private static Seed Annotated(ScratchFolder scratch)
    {
        string path = ConvertToFile(scratch, "-o", "cluster_size=1024");
        OutsideTool.Run("qemu-img", "snapshot", "-c", "first", path).EnsureSuccess("qemu-img snapshot");
        OutsideTool.Run("qemu-img", "bitmap", "--add", "-f", "qcow2", path, "changes").EnsureSuccess("qemu-img bitmap");
        byte[] bytes = File.ReadAllBytes(path);
        int snapshots = (int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(SnapshotsOffset));

        // The header's first cluster holds the extensions.
        return WithTables(bytes, new HotRange(104, 512), new HotRange(snapshots, 128));
    }
}
