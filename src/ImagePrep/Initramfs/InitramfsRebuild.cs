using System.IO.Compression;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// Writes an initramfs anew without some of its members. A segment that loses one is written without its bytes: stored as it was, or compressed with gzip,
/// which kernels take since 2.6.30 where CONFIG_RD_GZIP is set, as it is unless somebody turns it off. All else stays byte for byte. The same input
/// gives the same output.
/// </summary>
internal static class InitramfsRebuild
{
    private const int BufferSize = 128 << 10;

    /// <param name="source">The initramfs; it can seek.</param>
    /// <param name="segments">Its segments.</param>
    /// <param name="removed">What to leave out: members as <see cref="CpioReader"/> found them.</param>
    /// <param name="output">Takes at most <see cref="InitramfsLimits.MaxRebuilt"/> bytes.</param>
    /// <param name="onRemoved">Gets the content of each member left out, unless it is empty or above <see cref="InitramfsLimits.MaxSecret"/>.</param>
    /// <exception cref="CorruptImageException">It is no longer what it was when it was searched.</exception>
    /// <exception cref="UnsupportedImageException">The result is too large.</exception>
    public static void Write(
        Stream source,
        IReadOnlyList<InitramfsSegment> segments,
        IEnumerable<CpioMember> removed,
        Stream output,
        Action<CpioMember, ReadOnlySpan<byte>>? onRemoved = null)
    {
        ILookup<int, CpioMember> bySegment = removed.ToLookup(member => member.Segment);
        byte[] buffer = new byte[BufferSize];
        long done = 0;
        for (int number = 0; number < segments.Count; number++)
        {
            InitramfsSegment segment = segments[number];
            if (bySegment.Contains(number))
            {
                Copy(source, done, segment.Place.Start, output, buffer);
                source.Position = segment.Place.Start;
                WriteSegment(source, segment, [.. bySegment[number].OrderBy(member => member.Whole.Start)], output, buffer, onRemoved);
                done = segment.Place.End;

                // A stored segment behind this one lies at a multiple of four, and still has to.
                while (output.Length % CpioHeader.Alignment != done % CpioHeader.Alignment)
                {
                    output.WriteByte(0);
                }
            }
        }

        Copy(source, done, source.Length, output, buffer);
    }

    private static void WriteSegment(
        Stream source,
        InitramfsSegment segment,
        IReadOnlyList<CpioMember> removed,
        Stream output,
        byte[] buffer,
        Action<CpioMember, ReadOnlySpan<byte>>? onRemoved)
    {
        if (segment.IsStored)
        {
            CopyWithout(source, segment.Place.Length, removed, output, output, buffer, onRemoved);
        }
        else
        {
            using Stream content = InitramfsSegment.Expand(source, segment.Format);
            using GZipStream compressed = new(output, CompressionLevel.Optimal, leaveOpen: true);
            CopyWithout(content, long.MaxValue, removed, compressed, output, buffer, onRemoved);
        }
    }

    private static void CopyWithout(
        Stream content,
        long length,
        IReadOnlyList<CpioMember> removed,
        Stream target,
        Stream output,
        byte[] buffer,
        Action<CpioMember, ReadOnlySpan<byte>>? onRemoved)
    {
        long position = 0;
        foreach (CpioMember member in removed)
        {
            Copy(content, member.Whole.Start - position, target, output, buffer);
            PassOver(content, member, buffer, onRemoved);

            // The padding of the last member may be missing.
            position = Math.Min(member.Whole.End, length);
        }

        Copy(content, length - position, target, output, buffer);
    }

    private static void PassOver(Stream content, CpioMember member, byte[] buffer, Action<CpioMember, ReadOnlySpan<byte>>? onRemoved)
    {
        Copy(content, member.Content.Start - member.Whole.Start, Stream.Null, Stream.Null, buffer);
        if (onRemoved is not null && member.Content.Length is > 0 and <= InitramfsLimits.MaxSecret)
        {
            byte[] secret = new byte[member.Content.Length];
            content.ReadExactly(secret);
            onRemoved(member, secret);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
        }
        else
        {
            Copy(content, member.Content.Length, Stream.Null, Stream.Null, buffer);
        }

        Copy(content, member.Whole.End - member.Content.End, Stream.Null, Stream.Null, buffer);
    }

    private static void Copy(Stream source, long from, long to, Stream output, byte[] buffer)
    {
        source.Position = from;
        Copy(source, to - from, output, output, buffer);
    }

    /// <summary>Copies so many bytes, or up to the end. What <paramref name="target"/> takes ends up in <paramref name="output"/>.</summary>
    private static void Copy(Stream source, long count, Stream target, Stream output, byte[] buffer)
    {
        while (count > 0 && source.Read(buffer.AsSpan(0, (int)Math.Min(count, buffer.Length))) is > 0 and int read)
        {
            target.Write(buffer.AsSpan(0, read));
            count -= read;
            if (output.CanSeek && output.Length > InitramfsLimits.MaxRebuilt)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Limit,
                    "initramfs",
                    $"rebuilt without its secrets it would have more than {InitramfsLimits.MaxRebuilt} bytes. Make it anew with fewer modules.");
            }
        }
    }
}
