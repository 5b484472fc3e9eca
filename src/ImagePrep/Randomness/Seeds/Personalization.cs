using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ImagePrep.Randomness.Seeds;

/// <summary>
/// Personalization string of a node's generator (SP 800-90A §8.7.1): unique per node and draw, so that equal entropy would still not give equal
/// seeds. Domain-separated, and every field has its length in front, so that no two sets of fields give the same string.
/// </summary>
internal static class Personalization
{
    private static ReadOnlySpan<byte> Domain => "imageprep/seed-drbg/v1\0"u8;

    public static byte[] Encode(ReadOnlySpan<byte> goldenDigest, string nodeName, HostIdentity host, DateTimeOffset time, long counter)
    {
        ArrayBufferWriter<byte> writer = new();
        writer.Write(Domain);
        Append(writer, goldenDigest);
        Append(writer, nodeName);
        Append(writer, host.BootId);
        Append(writer, string.Join('\n', host.MacAddresses));
        Append(writer, time.UtcTicks);
        Append(writer, counter);
        return writer.WrittenSpan.ToArray();
    }

    private static void Append(ArrayBufferWriter<byte> writer, string text) => Append(writer, Encoding.UTF8.GetBytes(text));

    private static void Append(ArrayBufferWriter<byte> writer, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        Append(writer, bytes);
    }

    private static void Append(ArrayBufferWriter<byte> writer, ReadOnlySpan<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), field.Length);
        writer.Advance(sizeof(int));
        writer.Write(field);
    }
}
