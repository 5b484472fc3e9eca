using System.Security.Cryptography;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>The same edits of the same image give the same bytes, whatever its shape.</summary>
public sealed class DeterminismTests
{
    public static TheoryData<string> Flavours => Flavour.AllNames;

    [Theory]
    [MemberData(nameof(Flavours))]
    public void SameEdits_OfTheSameImage_WriteTheSameBytes(string flavour)
    {
        OutsideTool.Require("mke2fs", "debugfs", "tune2fs", "resize2fs");
        using ScratchFolder scratch = new();
        using FileDevice image = new(Flavour.Of(flavour).Make(scratch));

        string first = Written(image, seed: 9);
        Written(image, seed: 9).ShouldBe(first);
        Written(image, seed: 10).ShouldNotBe(first);
    }

    private static string Written(FileDevice image, int seed)
    {
        using HashingDevice device = new(new OverlayDevice(image));
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        new RandomEdits(files, seed, largestFile: 20_000).Run(50);
        files.Flush();
        return device.Digest();
    }

    /// <summary>Hashes every write with its place.</summary>
    private sealed class HashingDevice(IBlockDevice below) : IBlockDevice, IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Length => below.Length;

        public void ReadAt(long offset, Span<byte> destination) => below.ReadAt(offset, destination);

        public void WriteAt(long offset, ReadOnlySpan<byte> source)
        {
            below.WriteAt(offset, source);
            _hash.AppendData(BitConverter.GetBytes(offset));
            _hash.AppendData(source);
        }

        public ByteRange NextData(long offset) => below.NextData(offset);

        public string Digest() => Convert.ToHexString(_hash.GetCurrentHash());

        public void Dispose() => _hash.Dispose();
    }
}
