using ImagePrep.Storage.Blocks;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.TestKit;

/// <summary>A raw disk image of a test: sparse, so it may be far larger than the host's disk.</summary>
public sealed class RawFile : IBlockDevice, IDisposable
{
    private readonly SafeFileHandle _file;

    private RawFile(string path, FileMode mode)
    {
        Path = path;
        _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public string Path { get; }

    public long Length => RandomAccess.GetLength(_file);

    public static RawFile Create(string path, long length)
    {
        RawFile file = new(path, FileMode.CreateNew);
        RandomAccess.SetLength(file._file, length);
        return file;
    }

    public static RawFile Open(string path) => new(path, FileMode.Open);

    /// <summary>A new file with all that a reader says may be other than zero.</summary>
    public static RawFile Copy(string path, IBlockReader source)
    {
        RawFile file = Create(path, source.Length);
        byte[] buffer = new byte[1 << 20];
        foreach (ByteRange range in source.DataRanges(new ByteRange(0, source.Length)))
        {
            for (long offset = range.Start; offset < range.End; offset += buffer.Length)
            {
                Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - offset));
                source.ReadAt(offset, chunk);
                if (chunk.ContainsAnyExcept((byte)0))
                {
                    file.WriteAt(offset, chunk);
                }
            }
        }

        return file;
    }

    public void ReadAt(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(_file, destination, offset);
            ArgumentOutOfRangeException.ThrowIfZero(count, nameof(offset));
            offset += count;
            destination = destination[count..];
        }
    }

    public void WriteAt(long offset, ReadOnlySpan<byte> source) => RandomAccess.Write(_file, source, offset);

    public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);

    public void Dispose() => _file.Dispose();
}
