namespace ImagePrep.Storage.Tests.Disks;

/// <summary>Disk contents with holes, compressible and incompressible runs: what the readers and writers have to keep apart.</summary>
internal static class DiskContent
{
    /// <summary>The same bytes for the same seed, on every machine.</summary>
    public static byte[] Sparse(int length, int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[length];
        int position = random.Next(0, 40_000);
        while (position < length)
        {
            int count = Math.Min(random.Next(1, 200_000), length - position);
            Span<byte> run = bytes.AsSpan(position, count);
            if (random.Next(3) == 0)
            {
                run.Fill((byte)random.Next(1, 256));
            }
            else
            {
                random.NextBytes(run);
            }

            position += count + random.Next(0, 300_000);
        }

        return bytes;
    }

    public static string WriteRaw(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        return path;
    }
}
