using System.Text;

namespace ImagePrep.Storage.FileSystems.Fat.Names;

/// <summary>Names of eight bytes and three (fatgen103, "Short Directory Entries").</summary>
internal static class ShortName
{
    public const int Length = 11;
    public const int BaseLength = 8;

    /// <summary>DIR_NTRes bits of Windows NT, which Linux follows: show the half in lower case.</summary>
    public const byte LowerBase = 0x08;
    public const byte LowerExtension = 0x10;

    /// <summary>A name that starts with 0xe5, which would say "deleted", is stored with this first byte.</summary>
    private const byte StandsForE5 = 0x05;

    /// <summary>Upper half of code page 437, what Linux takes short names to be written in.</summary>
    private const string UpperHalf =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

    public static ReadOnlySpan<byte> Dot => ".          "u8;

    public static ReadOnlySpan<byte> DotDot => "..         "u8;

    /// <summary>Checksum of a short name that the pieces of its long name carry (fatgen103, ChkSum).</summary>
    public static byte Checksum(ReadOnlySpan<byte> name)
    {
        int sum = 0;
        foreach (byte b in name[..Length])
        {
            sum = (((sum & 1) << 7) + (sum >> 1) + b) & 0xFF;
        }

        return (byte)sum;
    }

    /// <summary>The name as people see it: "CMDLINE.TXT", or "cmdline.txt" where the case flags say so.</summary>
    public static string Decode(ReadOnlySpan<byte> name, byte caseFlags)
    {
        string stem = Decode(name[..BaseLength], lower: (caseFlags & LowerBase) != 0, mayStandForE5: true);
        string extension = Decode(name[BaseLength..Length], lower: (caseFlags & LowerExtension) != 0, mayStandForE5: false);
        return extension.Length == 0 ? stem : $"{stem}.{extension}";
    }

    /// <summary>A volume label: the eleven bytes in one.</summary>
    public static string DecodeLabel(ReadOnlySpan<byte> name) => Decode(name[..Length], lower: false, mayStandForE5: true);

    private static string Decode(ReadOnlySpan<byte> bytes, bool lower, bool mayStandForE5)
    {
        StringBuilder text = new(Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = i == 0 && mayStandForE5 && bytes[i] == StandsForE5 ? (byte)0xE5 : bytes[i];
            char c = b < 0x80 ? (char)b : UpperHalf[b - 0x80];
            text.Append(lower ? char.ToLowerInvariant(c) : c);
        }

        return text.ToString().TrimEnd(' ');
    }
}
