using ImagePrep.Randomness;
using ImagePrep.Randomness.Sources;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Randomness.Sources;

public sealed class EntropySourceTests
{
    private const int Eintr = 4;
    private const int Eagain = 11;
    private const int Enosys = 38;

    [Fact]
    public void Kernel_RealCall_FillsTheWholeBufferEachTimeAnew()
    {
        Assert.SkipUnless(KernelEntropySource.IsSupported, "getrandom(2) is a system call of Linux");
        KernelEntropySource kernel = new();
        byte[] first = new byte[5000];
        byte[] second = new byte[5000];
        kernel.Read(first);
        kernel.Read(second);

        first.ShouldNotBe(second);
        first.Chunk(250).ShouldAllBe(piece => piece.Any(value => value != 0));
    }

    [Fact]
    public void Kernel_ShortAndInterruptedReads_AreContinued()
    {
        Queue<int> results = new([-Eintr, 1, 3, -Eintr, 2, 5]);
        byte next = 1;
        List<bool> waits = [];
        KernelEntropySource kernel = new((Span<byte> destination, bool wait, out int error) =>
        {
            waits.Add(wait);
            int result = results.Dequeue();
            error = result < 0 ? -result : 0;
            for (int i = 0; i < result; i++)
            {
                destination[i] = next++;
            }

            return result < 0 ? -1 : result;
        });

        byte[] bytes = new byte[10];
        kernel.Read(bytes);

        // One probe byte is asked for without waiting and thrown away.
        bytes.ShouldBe([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        waits.ShouldBe([false, false, true, true, true, true]);
    }

    [Fact]
    public void Kernel_NotInitialised_StopsInsteadOfWaiting()
    {
        KernelEntropySource kernel = Failing(Eagain);
        Should.Throw<RandomnessException>(() => kernel.Read(new byte[8])).Message.ShouldContain("not collected enough entropy");
    }

    [Fact]
    public void Kernel_CallMissing_Stops() =>
        Should.Throw<RandomnessException>(() => Failing(Enosys).Read(new byte[8])).Message.ShouldContain("38");

    [Fact]
    public void File_TwoReadings_AreConsecutiveAndTheEndStops()
    {
        using ScratchFolder scratch = new();
        byte[] content = Samples.Random(130, 1);
        File.WriteAllBytes(scratch.File("hsm.bin"), content);
        using FileEntropySource source = new(scratch.File("hsm.bin"));
        byte[] first = new byte[64];
        byte[] second = new byte[64];
        source.Read(first);
        source.Read(second);

        first.Concat(second).ShouldBe(content[..128]);
        RandomnessException used = Should.Throw<RandomnessException>(() => source.Read(first));
        used.Message.ShouldContain("hsm.bin");
        used.Message.ShouldContain("2 of the next 64");
    }

    [Fact]
    public async Task File_DeviceAndFifo_AreRead()
    {
        OutsideTool.Require("mkfifo");
        using FileEntropySource device = new("/dev/urandom");
        byte[] bytes = new byte[64];
        device.Read(bytes);
        bytes.ShouldContain(value => value != 0);

        using ScratchFolder scratch = new();
        OutsideTool.Run("mkfifo", scratch.File("fifo")).EnsureSuccess("mkfifo");
        byte[] content = Samples.Random(64, 2);
        string path = scratch.File("fifo");
        Task writer = Task.Run(() => File.WriteAllBytes(path, content));
        using FileEntropySource fifo = new(path);
        fifo.Read(bytes);
        bytes.ShouldBe(content);
        await writer.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Checked_StuckByte_Stops()
    {
        byte[] bytes = Samples.Random(64, 3);
        bytes.AsSpan(20, CheckedSource.RepetitionCutoff - 1).Fill(7);
        new CheckedSource(new FakeSource("fine", (_, _) => bytes), new SeenReadings()).Read(new byte[64]);

        bytes[20 + CheckedSource.RepetitionCutoff - 1] = 7;
        Should.Throw<RandomnessException>(() => new CheckedSource(new FakeSource("stuck", (_, _) => bytes), new SeenReadings()).Read(new byte[64]))
            .Message.ShouldContain("stuck");
    }

    [Fact]
    public void Checked_Cutoffs_AreThoseOfTheStandard()
    {
        CheckedSource.RepetitionCutoff.ShouldBe(6);
        CheckedSource.Window.ShouldBe(512);
        CheckedSource.ProportionCutoff.ShouldBe(19);
    }

    [Fact]
    public void Checked_StuckByteAcrossReadings_Stops()
    {
        // Three at the end of one reading, three at the start of the next.
        byte[][] readings = [[.. Samples.Random(61, 3), 7, 7, 7], [7, 7, 7, .. Samples.Random(61, 4)]];
        CheckedSource source = new(new FakeSource("stuck", (index, _) => readings[index]), new SeenReadings());
        source.Read(new byte[64]);
        Should.Throw<RandomnessException>(() => source.Read(new byte[64])).Message.ShouldContain("stuck");
    }

    [Theory]
    [InlineData(18, true)]
    [InlineData(19, false)]
    public void Checked_ByteThatIsTooFrequent_Stops(int times, bool passes)
    {
        // The first byte of a window and again every 20th: never two in a row.
        byte[] bytes = [.. Samples.Random(512, 5).Select(value => value == 7 ? (byte)8 : value)];
        for (int i = 0; i < times; i++)
        {
            bytes[i * 20] = 7;
        }

        CheckedSource source = new(new FakeSource("lopsided", (index, length) => bytes[(index * length)..((index + 1) * length)]), new SeenReadings());
        Action read = () =>
        {
            for (int i = 0; i < 8; i++)
            {
                source.Read(new byte[64]);
            }
        };
        if (passes)
        {
            read();
        }
        else
        {
            Should.Throw<RandomnessException>(read).Message.ShouldContain("lopsided");
        }
    }

    [Fact]
    public void Checked_SameReadingTwice_Stops()
    {
        CheckedSource source = new(new FakeSource("clone", (index, length) => Samples.Random(length, index / 2)), new SeenReadings());
        byte[] bytes = new byte[64];
        source.Read(bytes);
        Should.Throw<RandomnessException>(() => source.Read(bytes)).Message.ShouldContain("clone");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    public void Checked_ReadingsWithAPeriod_Stop(int period)
    {
        CheckedSource source = new(new FakeSource("periodic", (index, length) => Samples.Random(length, index % period)), new SeenReadings());
        byte[] bytes = new byte[64];
        for (int i = 0; i < period; i++)
        {
            source.Read(bytes);
        }

        Should.Throw<RandomnessException>(() => source.Read(bytes)).Message.ShouldContain("periodic");
    }

    [Fact]
    public void Checked_ReadingOfAnotherSource_Stops()
    {
        SeenReadings seen = new();
        byte[] bytes = new byte[64];
        new CheckedSource(FakeSource.Good("first", 1), seen).Read(bytes);
        Should.Throw<RandomnessException>(() => new CheckedSource(FakeSource.Good("second", 1), seen).Read(bytes)).Message.ShouldContain("second");
    }

    [Fact]
    public void File_ThatCannotBeOpened_IsAnErrorOfRandomness()
    {
        using ScratchFolder scratch = new();
        Should.Throw<RandomnessException>(() => new FileEntropySource(scratch.File("absent"))).Message.ShouldContain("absent");
        Should.Throw<RandomnessException>(() => new FileEntropySource(scratch.Path)).Message.ShouldContain("cannot be opened");
    }

    [Fact]
    public void File_FifoWithoutWriter_IsGivenUp()
    {
        OutsideTool.Require("mkfifo");
        using ScratchFolder scratch = new();
        OutsideTool.Run("mkfifo", scratch.File("fifo")).EnsureSuccess("mkfifo");
        TimeSpan patience = TimeSpan.FromMilliseconds(100);

        Should.Throw<RandomnessException>(() => new FileEntropySource(scratch.File("fifo"), patience, default)).Message.ShouldContain("delivered nothing");
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Should.Throw<OperationCanceledException>(() => new FileEntropySource(scratch.File("fifo"), cancelled.Token));

        // A writer comes, lets those two go, and writes nothing.
        using FileStream writer = new(scratch.File("fifo"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using FileEntropySource idle = new(scratch.File("fifo"), patience, default);
        Should.Throw<RandomnessException>(() => idle.Read(new byte[8])).Message.ShouldContain("delivered nothing for 0.1 seconds");
        writer.Write(new byte[8]);
    }

    [Fact]
    public void Files_OneFileTwice_IsRefused()
    {
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("a"), new byte[64]);
        File.CreateSymbolicLink(scratch.File("link"), scratch.File("a"));
        Directory.CreateSymbolicLink(scratch.File("folder"), scratch.Path);

        foreach (string other in (string[])["a", "./a", "link", "folder/link"])
        {
            Should.Throw<RandomnessException>(() => EntropyFiles.Open([scratch.File("a"), scratch.File(other)], default), other).Message.ShouldContain("named twice");
        }

        File.Copy(scratch.File("a"), scratch.File("b"));
        using EntropyFiles two = EntropyFiles.Open([scratch.File("a"), scratch.File("b")], default);
        two.Sources.Select(source => source.Name).ShouldBe(["entropy file a", "entropy file b"]);
    }

    private static KernelEntropySource Failing(int errno) => new((Span<byte> _, bool _, out int error) =>
    {
        error = errno;
        return -1;
    });
}
