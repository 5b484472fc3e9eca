using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Swap;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Swap;

public sealed class SwapAreaTests
{
    [Theory]
    [InlineData(4096)]
    [InlineData(65536)]
    public void TryRead_WhatMkswapMakes_GivesUuidAndLabel(int pageSize)
    {
        using ScratchFolder scratch = new();
        string path = scratch.File("swap.img");
        File.WriteAllBytes(path, new byte[4 << 20]);
        OutsideTool.Run("mkswap", "-p", pageSize.ToString(), "-L", "mem", "-U", "01234567-89ab-cdef-0123-456789abcdef", path).EnsureSuccess("mkswap");
        MemoryDevice device = new(File.ReadAllBytes(path));

        SwapArea.TryRead(device, out SwapArea? area).ShouldBeTrue();

        area.ShouldBe(new SwapArea(pageSize, "01234567-89ab-cdef-0123-456789abcdef", "mem"));
        area!.Header.ShouldBe(new ByteRange(0, pageSize));
        ContentProbe.Recognise(device).ShouldBe("swap");
    }

    [Fact]
    public void TryRead_SuspendedGuest_IsRefused()
    {
        byte[] bytes = new byte[8192];
        "S1SUSPEND\0"u8.CopyTo(bytes.AsSpan(4096 - 10));

        Should.Throw<UnsupportedImageException>(() => SwapArea.TryRead(new MemoryDevice(bytes), out _)).Kind.ShouldBe(UnsupportedKind.NeedsRepair);
    }

    [Fact]
    public void TryRead_UnknownVersion_IsRefused()
    {
        byte[] bytes = new byte[8192];
        "SWAPSPACE2"u8.CopyTo(bytes.AsSpan(4096 - 10));
        bytes[1024] = 9;

        Should.Throw<UnsupportedImageException>(() => SwapArea.TryRead(new MemoryDevice(bytes), out _)).Kind.ShouldBe(UnsupportedKind.UnknownFeature);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(70_000)]
    public void TryRead_NoSwap_IsFalse(int length) => SwapArea.TryRead(new MemoryDevice(new byte[length]), out _).ShouldBeFalse();
}
