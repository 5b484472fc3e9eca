using System.Globalization;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// Header of a member in the "new ASCII" format of cpio, 110 bytes: a magic number of six characters and 13 fields of eight hexadecimal digits
/// (linux, Documentation/driver-api/early-userspace/buffer-format.rst). The name follows, ended by a zero, then the content; each is padded with zeros
/// to a multiple of four bytes, counted from the start of the archive.
/// </summary>
internal readonly record struct CpioHeader(uint Inode, uint Mode, uint Links, uint Size, ulong Device, uint NameSize)
{
    public const int Length = 110;

    public const int Alignment = 4;

    /// <summary>The name of the member that ends an archive; another may follow.</summary>
    public static ReadOnlySpan<byte> Trailer => "TRAILER!!!"u8;

    private const string Structure = "cpio header";
    private const int MagicSize = 6;
    private const int FieldSize = 8;
    private const uint FileTypeMask = 0xF000;
    private const uint RegularFile = 0x8000;

    public bool IsFile => (Mode & FileTypeMask) == RegularFile;

    /// <summary>Whether other members may be names of the same file. Their content is with one of them, usually the last.</summary>
    public bool IsLinked => IsFile && Links > 1;

    /// <param name="raw">At least <see cref="Length"/> bytes.</param>
    /// <exception cref="CorruptImageException">Not the "newc" or "crc" format, or a field that is no number or out of range.</exception>
    public static CpioHeader Parse(ReadOnlySpan<byte> raw)
    {
        ReadOnlySpan<byte> magic = raw[..MagicSize];
        if (!magic.SequenceEqual("070701"u8) && !magic.SequenceEqual("070702"u8))
        {
            throw new CorruptImageException(
                CorruptKind.BadMagic, Structure, $"'{PrintableText.From(magic)}' where the magic number 070701 or 070702 must be.");
        }

        uint nameSize = Field(raw, 11);
        if (nameSize is 0 or > InitramfsLimits.MaxName)
        {
            throw CorruptImageException.OutOfRange(Structure, "c_namesize", nameSize, $"1 to {InitramfsLimits.MaxName}");
        }

        ulong device = ((ulong)Field(raw, 7) << 32) | Field(raw, 8);
        return new CpioHeader(Field(raw, 0), Field(raw, 1), Field(raw, 4), Field(raw, 6), device, nameSize);
    }

    private static uint Field(ReadOnlySpan<byte> raw, int number)
    {
        ReadOnlySpan<byte> digits = raw.Slice(MagicSize + (number * FieldSize), FieldSize);
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            ? value
            : throw CorruptImageException.OutOfRange(Structure, $"field {number + 1}", $"'{PrintableText.From(digits)}'", "eight hexadecimal digits");
    }
}
