using System.Buffers.Binary;
using System.Text;

namespace ImagePrep.Tests.Initramfs;

/// <summary>An EFI program with one section: headers, the section table, then the section, padded.</summary>
internal static class UnifiedKernel
{
    /// <summary>Where the section's place in the file is told.</summary>
    public const int PlaceField = Table + 20;

    private const int Header = 64;
    private const int Table = Header + 24;
    private const int Start = Table + 40;
    private const int Padding = 64;

    public static byte[] With(byte[] content, string section = ".initrd")
    {
        byte[] program = [.. new byte[Start], .. content, .. new byte[Padding]];
        "MZ"u8.CopyTo(program);
        BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan(60), Header);
        "PE\0\0"u8.CopyTo(program.AsSpan(Header));
        BinaryPrimitives.WriteUInt16LittleEndian(program.AsSpan(Header + 6), 1);
        Encoding.ASCII.GetBytes(section).CopyTo(program, Table);
        BinaryPrimitives.WriteInt32LittleEndian(program.AsSpan(Table + 8), content.Length);
        BinaryPrimitives.WriteInt32LittleEndian(program.AsSpan(Table + 16), content.Length + Padding);
        BinaryPrimitives.WriteInt32LittleEndian(program.AsSpan(PlaceField), Start);
        return program;
    }
}
