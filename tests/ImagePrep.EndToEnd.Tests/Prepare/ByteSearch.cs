namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>Looks through whole disks, without holding them in memory.</summary>
internal static class ByteSearch
{
    private const int Chunk = 8 << 20;
    private const int Sector = 512;

    /// <summary>The first of some byte strings that occurs anywhere in a file, as text; null when none does.</summary>
    public static string? FirstFound(string path, IReadOnlyList<byte[]> needles)
    {
        // A needle may lie across two chunks, so they overlap by the longest.
        int overlap = needles.Max(needle => needle.Length) - 1;
        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[Chunk + overlap];
        int kept = 0;
        while (file.ReadAtLeast(buffer.AsSpan(kept), Chunk, throwOnEndOfStream: false) is > 0 and int read)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, kept + read);
            if (bytes.ContainsAnyExcept((byte)0))
            {
                foreach (byte[] needle in needles)
                {
                    if (bytes.IndexOf(needle) >= 0)
                    {
                        return System.Text.Encoding.ASCII.GetString(needle)[..8] + "…";
                    }
                }
            }

            kept = Math.Min(overlap, bytes.Length);
            bytes[^kept..].CopyTo(buffer);
        }

        return null;
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
