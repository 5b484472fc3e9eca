using ImagePrep.Randomness;

namespace ImagePrep.Tests.Randomness;

public sealed class StreamHeadTests
{
    [Fact]
    public void Head_OfADevice_IsWhatItsReaderGot()
    {
        Assert.SkipUnless(File.Exists("/dev/urandom"), "a device that can be sought and gives other bytes the second time");
        using FileStream device = new("/dev/urandom", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using StreamHead head = StreamHead.Of(device, 64);
        byte[] read = new byte[100];
        head.Whole.ReadExactly(read);

        head.Bytes.ToArray().ShouldBe(read[..64]);
    }

    [Fact]
    public void Head_OfAFile_IsReadAndPutBack()
    {
        byte[] content = Samples.Random(100, 1);
        using MemoryStream file = new(content);
        using StreamHead head = StreamHead.Of(file, 64);

        head.Whole.ShouldBeSameAs(file);
        file.Position.ShouldBe(0);
        head.Bytes.ToArray().ShouldBe(content[..64]);
    }
}
