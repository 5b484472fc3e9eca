using ImagePrep.Storage.Disks;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Images of other hypervisors: what is proven of them before a converter may see them.</summary>
internal sealed class ContainerTarget() : FuzzTarget("container")
{
    private readonly MutantFile _file = new("container");

    public override void Execute(Memory<byte> input)
    {
        _file.Write(input.Span);
        bool isOne = false;
        foreach (ContainerFormat format in Enum.GetValues<ContainerFormat>())
        {
            isOne |= Survives(() => ContainerFile.Open(_file.Path, format).Dispose());
        }

        // What is a container is never taken for a disk.
        if (Survives(() => DiskImage.Open(_file.Path, isOne ? DiskFormat.Raw : null).Dispose()) && isOne)
        {
            throw new BrokenPromiseException("it opens as a container and as a raw disk");
        }

        if (!isOne)
        {
            ContainerFile.Open(_file.Path, ContainerFormat.Vmdk).Dispose();
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        Make("vmdk", "subformat=monolithicSparse", bytes => [new HotRange(0, 80), new HotRange(512, 512)]),
        Make("vmdk", "subformat=streamOptimized", bytes => [new HotRange(0, 80), new HotRange(512, 512), new HotRange(bytes.Length - 1024, 80)]),
        Make("vpc", "subformat=dynamic", bytes => [new HotRange(0, 128), new HotRange(bytes.Length - 512, 128)]),
        Make("vpc", "subformat=fixed", bytes => [new HotRange(bytes.Length - 512, 128)]),
        Make("vdi", "static=off", _ => [new HotRange(0, 512)]),
    ];

    private static Seed Make(string format, string options, Func<byte[], IReadOnlyList<HotRange>> hot)
    {
        OutsideTool.Require("qemu-img");
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("raw"), new byte[64 << 10]);
        OutsideTool.Run("qemu-img", "convert", "-f", "raw", "-O", format, "-o", options, scratch.File("raw"), scratch.File("image")).EnsureSuccess("qemu-img convert");
        byte[] bytes = File.ReadAllBytes(scratch.File("image"));
        return new Seed(bytes, hot(bytes));
    }
}
