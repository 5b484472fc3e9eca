namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>Looks through whole disks, without holding them in memory.</summary>
internal static class ByteSearch
{
    private const int Chunk = 4 << 20;
    private const int Sector = 512;

    /// <summary>The first of some byte strings that occurs anywhere in a file, as text; null when none does.</summary>
    public static string? FirstFound(string path, IReadOnlyList<byte[]> needles) =>
        Found(path, needles) is { Count: > 0 } found ? System.Text.Encoding.ASCII.GetString(needles[found.Min()])[..8] + "…" : null;

    /// <summary>Which of some byte strings occur anywhere in a file, by their place in the list.</summary>
    public static HashSet<int> Found(string path, IReadOnlyList<byte[]> needles)
    {
        HashSet<int> found = [];
        foreach ((_, ReadOnlyMemory<byte> bytes) in Chunks(path, needles.Max(needle => needle.Length) - 1))
        {
            for (int index = 0; index < needles.Count; index++)
            {
                if (!found.Contains(index) && bytes.Span.IndexOf(needles[index]) >= 0)
                {
                    found.Add(index);
                }
            }
        }

        return found;
    }

    /// <summary>Where a byte string occurs in a file, in order; occurrences do not overlap.</summary>
    public static IEnumerable<long> Occurrences(string path, byte[] needle)
    {
        foreach ((long start, ReadOnlyMemory<byte> bytes) in Chunks(path, needle.Length - 1))
        {
            int at = 0;
            while (bytes.Span[at..].IndexOf(needle) is >= 0 and int found)
            {
                yield return start + at + found;
                at += found + needle.Length;
            }
        }
    }

    /// <summary>A file in pieces with their offsets, all but those that are zero; they overlap, so that nothing is cut through.</summary>
    private static IEnumerable<(long Start, ReadOnlyMemory<byte> Bytes)> Chunks(string path, int overlap)
    {
        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[Chunk + overlap];
        int kept = 0;
        long start = 0;
        while (file.ReadAtLeast(buffer.AsSpan(kept, Chunk), Chunk, throwOnEndOfStream: false) is > 0 and int read)
        {
            int count = kept + read;
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                yield return (start, buffer.AsMemory(0, count));
            }

            kept = Math.Min(overlap, count);
            buffer.AsSpan(count - kept, kept).CopyTo(buffer);
            start += count - kept;
        }
    }

    /// <summary>Numbers of the 512-byte sectors in which two disks of one length differ.</summary>
    public static IEnumerable<long> DifferentSectors(string left, string right)
    {
        using FileStream first = File.OpenRead(left);
        using FileStream second = File.OpenRead(right);
        first.Length.ShouldBe(second.Length);
        byte[] a = new byte[Chunk];
        byte[] b = new byte[Chunk];
        for (long position = 0; position < first.Length; position += Chunk)
        {
            int count = first.ReadAtLeast(a, Chunk, throwOnEndOfStream: false);
            second.ReadAtLeast(b, Chunk, throwOnEndOfStream: false).ShouldBe(count);
            if (a.AsSpan(0, count).SequenceEqual(b.AsSpan(0, count)))
            {
                continue;
            }

            for (int i = 0; i < count; i += Sector)
            {
                if (!a.AsSpan(i, Sector).SequenceEqual(b.AsSpan(i, Sector)))
                {
                    yield return (position + i) / Sector;
                }
            }
        }
    }
}
