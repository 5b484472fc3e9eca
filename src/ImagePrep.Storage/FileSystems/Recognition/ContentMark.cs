using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Recognition;

/// <summary>A magic number at a fixed place, and where the names beside it are.</summary>
/// <param name="Type">As blkid prints it.</param>
/// <param name="Offset">Of the magic number, in bytes from the start of the device.</param>
/// <param name="Magic">The bytes there.</param>
/// <param name="Uuid">Reads the UUID; null where there is none.</param>
/// <param name="Label">Reads the label; null where there is none.</param>
internal sealed record ContentMark(
    string Type, long Offset, byte[] Magic, Func<IBlockReader, string>? Uuid = null, Func<IBlockReader, string>? Label = null)
{
    /// <summary>The first mark that a device carries, with its names; null when it carries none.</summary>
    public static ContentIdentity? First(IEnumerable<ContentMark> marks, IBlockReader device) =>
        marks.FirstOrDefault(mark => mark.IsOn(device)) is { } found
            ? new ContentIdentity(found.Type, found.Uuid?.Invoke(device) ?? "", found.Label?.Invoke(device) ?? "")
            : null;

    /// <summary>A reader of 16 bytes in the order in which a UUID is printed; all zero is none.</summary>
    public static Func<IBlockReader, string> BinaryUuid(long offset) => device => UuidText(Bytes(device, offset, 16));

    /// <summary>A reader of text that ends at a NUL or at its full length.</summary>
    public static Func<IBlockReader, string> Text(long offset, int length) => device => Printable(Bytes(device, offset, length));

    public static string UuidText(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 16 || bytes.IndexOfAnyExcept((byte)0) < 0 ? "" : new Guid(bytes[..16], bigEndian: true).ToString();

    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return PrintableText.From(end < 0 ? bytes : bytes[..end]);
    }

    public static string Utf16(ReadOnlySpan<byte> bytes) =>
        Printable(Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(bytes)));

    /// <summary>Bytes of a device; none when it ends before them.</summary>
    public static byte[] Bytes(IBlockReader device, long offset, int length) =>
        offset >= 0 && offset <= device.Length - length ? device.ReadBytes(offset, length) : [];

    private bool IsOn(IBlockReader device) => Bytes(device, Offset, Magic.Length).AsSpan().SequenceEqual(Magic);
}
