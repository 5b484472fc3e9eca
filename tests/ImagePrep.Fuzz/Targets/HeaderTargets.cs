using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Journal;
using ImagePrep.Storage.FileSystems.Swap;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

internal sealed class JournalSuperblockTarget() : FuzzTarget("journal-superblock")
{
    private const int Checksum = 0xFC;

    public override void Execute(Memory<byte> input) => JournalSuperblock.Parse(input.Span);

    protected override IReadOnlyList<Seed> MakeSeeds() => [Make(checksum: false), Make(checksum: true)];

    private static Seed Make(bool checksum)
    {
        byte[] raw = new byte[JournalSuperblock.Size];
        (int Offset, uint Value)[] fields = [(0, 0xC03B_3998), (4, 4), (0x0C, 1024), (0x10, 1024), (0x14, 1), (0x18, 1), (0x28, checksum ? 0x10u : 0)];
        foreach ((int offset, uint value) in fields)
        {
            BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(offset), value);
        }

        raw[0x50] = checksum ? (byte)4 : (byte)0;
        Seal(raw);
        return new Seed(raw, [new HotRange(0, 0x100, Seal)]);
    }

    private static void Seal(byte[] raw)
    {
        raw.AsSpan(Checksum, sizeof(uint)).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(Checksum), Crc32C.Compute(~0u, raw));
    }
}

internal sealed class SwapTarget() : FuzzTarget("swap")
{
    public override bool MayChangeLength => false;

    public override void Execute(Memory<byte> input)
    {
        if (SwapArea.TryRead(new MemoryDevice(input), out SwapArea? area) && area!.Header.End > input.Length)
        {
            throw new BrokenPromiseException("the header is larger than the device");
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        OutsideTool.Require("mkswap");
        using ScratchFolder scratch = new();
        string path = scratch.File("swap");
        File.WriteAllBytes(path, new byte[96 * 1024]);
        OutsideTool.Run("mkswap", "-L", "swap", path).EnsureSuccess("mkswap");
        return [new Seed(File.ReadAllBytes(path), [new HotRange(1024, 64), new HotRange(4080, 16)])];
    }
}

internal sealed class ContentProbeTarget() : FuzzTarget("content-probe")
{
    public override bool MayChangeLength => false;

    public override bool RefusesMutants => false;

    public override void Execute(Memory<byte> input) => ContentProbe.Recognise(new MemoryDevice(input));

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        byte[] bytes = new byte[96 * 1024];
        "XFSB"u8.CopyTo(bytes);
        "SWAPSPACE2"u8.CopyTo(bytes.AsSpan(4086));
        "_BHRfS_M"u8.CopyTo(bytes.AsSpan(0x10040));
        "FAT32   "u8.CopyTo(bytes.AsSpan(82));
        HotRange[] hot = [new(0, 512), new(1024, 512), new(4032, 160), new(0x10000, 128)];

        // A file system of ours beside another would be ambiguous.
        byte[] own = new byte[96 * 1024];
        (own[1080], own[1081]) = (0x53, 0xEF);
        return [new Seed(bytes, hot), new Seed(own, hot)];
    }
}
