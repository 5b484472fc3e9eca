using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Tests.Blocks;

/// <summary>Random operations on an overlay and a mask, compared with a plain array.</summary>
public sealed class OverlayAndMaskModelTests
{
    [Fact]
    public void Overlay_RandomWrites_ReadLikeAnArrayAndLeaveTheBaseAlone()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            byte[] original = new byte[(10 * OverlayDevice.BlockSize) + 77];
            random.NextBytes(original);
            byte[] below = [.. original];
            byte[] model = [.. original];
            OverlayDevice overlay = new(new MemoryDevice(below));
            for (int i = 0; i < 40; i++)
            {
                byte[] data = new byte[random.Next(1, 9000)];
                random.NextBytes(data);
                int offset = random.Next(0, model.Length - data.Length);
                overlay.WriteAt(offset, data);
                data.CopyTo(model, offset);
                int start = random.Next(0, model.Length);
                int count = random.Next(0, model.Length - start);
                overlay.ReadBytes(start, count).ShouldBe(model[start..(start + count)]);
            }

            below.ShouldBe(original);
            overlay.ReadBytes(0, model.Length).ShouldBe(model);
        }
    }

    [Fact]
    public void Overlay_OverZeros_NextDataCoversEveryChange()
    {
        OverlayDevice overlay = new(new ComposedReader(1 << 20, []));
        overlay.NextData(0).IsEmpty.ShouldBeTrue();
        overlay.WriteAt(70_000, [1]);

        overlay.DataRanges(new ByteRange(0, overlay.Length)).ShouldBe([new ByteRange(17 * 4096, 4096)]);
    }

    [Fact]
    public void Overlay_TooManyChanges_ThrowsInsteadOfGrowing()
    {
        OverlayDevice overlay = new(new ComposedReader(1L << 40, []));
        byte[] data = new byte[1 << 20];
        Should.Throw<InvalidOperationException>(() =>
        {
            for (long i = 0; i < 100; i++)
            {
                overlay.WriteAt(i << 30, data);
            }
        });
    }

    [Fact]
    public void Mask_RandomRanges_ReadAsZero()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            byte[] below = new byte[3000];
            random.NextBytes(below);
            byte[] model = [.. below];
            List<ByteRange> hidden = [];
            for (int i = 0; i < random.Next(0, 8); i++)
            {
                int start = random.Next(0, model.Length);
                int count = random.Next(0, Math.Min(700, model.Length - start));
                hidden.Add(new ByteRange(start, count));
                model.AsSpan(start, count).Clear();
            }

            MaskedReader mask = new(new MemoryDevice(below), hidden);
            for (int i = 0; i < 20; i++)
            {
                int start = random.Next(0, model.Length);
                int count = random.Next(0, model.Length - start);
                mask.ReadBytes(start, count).ShouldBe(model[start..(start + count)]);
            }

            // Everything that NextData skips must be zero, and what it names must be visible.
            byte[] rebuilt = new byte[model.Length];
            foreach (ByteRange data in mask.DataRanges(new ByteRange(0, model.Length)))
            {
                mask.ReadAt(data.Start, rebuilt.AsSpan((int)data.Start, (int)data.Length));
                hidden.ShouldAllBe(range => !range.Overlaps(data) || range.IsEmpty);
            }

            rebuilt.ShouldBe(model);
        }
    }
}
