using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// Goes through an initramfs as the kernel does (linux, init/initramfs.c, unpack_to_rootfs, and
/// Documentation/driver-api/early-userspace/buffer-format.rst): segments one behind another, each stored or compressed, with zeros between them.
/// </summary>
/// <param name="source">The initramfs; it can seek.</param>
/// <param name="budget">What may be expanded.</param>
internal sealed class InitramfsReader(Stream source, ExpansionBudget budget)
{
    private readonly List<InitramfsSegment> _segments = [];
    private readonly byte[] _buffer = CpioReader.NewBuffer();
    private int _members;

    /// <summary>The segments that were read to their end.</summary>
    public IReadOnlyList<InitramfsSegment> Segments => _segments;

    /// <param name="onMember">Called for each member, with the reader standing at it.</param>
    /// <exception cref="CorruptImageException">Damaged.</exception>
    /// <exception cref="UnsupportedImageException">A format that is not read here, or larger than the limits.</exception>
    public void Read(Action<CpioReader> onMember)
    {
        if (source.Length > InitramfsLimits.MaxExpanded)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, "initramfs", $"it has {source.Length} bytes; at most {InitramfsLimits.MaxExpanded} are read.");
        }

        budget.StartArchive();
        for (long start = SkipZeros(0); start < source.Length; start = SkipZeros(source.Position))
        {
            if (_segments.Count == InitramfsLimits.MaxSegments)
            {
                throw new UnsupportedImageException(UnsupportedKind.Limit, "initramfs", $"it has more than {InitramfsLimits.MaxSegments} segments.");
            }

            ReadSegment(start, onMember);
        }
    }

    private void ReadSegment(long start, Action<CpioReader> onMember)
    {
        Span<byte> mark = stackalloc byte[SegmentFormats.MarkSize];
        int marked = source.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false);
        SegmentFormat format = SegmentFormats.Recognise(mark[..marked], start);
        source.Position = start;
        if (format == SegmentFormat.Stored)
        {
            CpioReader reader = new(source, _segments.Count, isAlone: false, _buffer);
            Walk(reader, onMember);
            source.Position = Math.Min(start + reader.End, source.Length);
        }
        else
        {
            using Stream expanded = InitramfsSegment.Expand(source, format);
            using BudgetedStream content = new(expanded, budget);
            Walk(new CpioReader(content, _segments.Count, isAlone: true, _buffer), onMember);
        }

        _segments.Add(new InitramfsSegment(format, ByteRange.FromBounds(start, source.Position)));
    }

    private void Walk(CpioReader reader, Action<CpioReader> onMember)
    {
        while (reader.MoveNext())
        {
            if (++_members > InitramfsLimits.MaxMembers)
            {
                throw new UnsupportedImageException(UnsupportedKind.Limit, "initramfs", $"it has more than {InitramfsLimits.MaxMembers} members.");
            }

            onMember(reader);
        }
    }

    /// <summary>The first byte that is not zero, where the source then stands, or its end.</summary>
    private long SkipZeros(long position)
    {
        source.Position = position;
        for (int read = source.Read(_buffer); read > 0; read = source.Read(_buffer))
        {
            int zeros = _buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            if (zeros >= 0)
            {
                return source.Position = position + zeros;
            }

            position += read;
        }

        return position;
    }

    private sealed class BudgetedStream(Stream expanded, ExpansionBudget budget) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            int read = expanded.Read(buffer);
            budget.Take(read);
            return read;
        }
    }
}
