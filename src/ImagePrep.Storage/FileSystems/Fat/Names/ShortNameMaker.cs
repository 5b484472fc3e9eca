using System.Text;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Fat.Names;

/// <summary>A short name that was made for a new entry.</summary>
/// <param name="Bytes">The eleven bytes.</param>
/// <param name="CaseFlags">DIR_NTRes.</param>
/// <param name="NeedsLongName">Whether the name is more than the short name and its case flags can say.</param>
internal sealed record MadeShortName(byte[] Bytes, byte CaseFlags, bool NeedsLongName);

/// <summary>
/// Makes short names as Linux does with its default "shortname=mixed" (fs/fat/namei_vfat.c, vfat_create_shortname): a name that fits is stored
/// short with case flags; others get "~1" to "~9", then four hexadecimal digits. Two deviations: the digits come from the name and not from the
/// clock, so that the same edit gives the same image, and characters outside ASCII become '_', which reads the same in every code page.
/// </summary>
internal static class ShortNameMaker
{
    private const int ExtensionLength = 3;
    private const int TailedBase = 6;
    private const int HashedBase = 2;

    /// <param name="name">A name that <see cref="LongName.ForNewEntry"/> accepted.</param>
    /// <param name="isTaken">Whether an entry of the directory has this short name.</param>
    public static MadeShortName Make(string name, Func<byte[], bool> isTaken)
    {
        (string stem, string extension) = Split(name);
        Half baseHalf = Half.Of(stem, ShortName.BaseLength);
        Half extensionHalf = Half.Of(extension, ExtensionLength);
        if (baseHalf.Text.Length == 0)
        {
            // Only dots and spaces before other dots and spaces: Linux refuses too.
            throw new IOException($"'{PrintableText.From(name)}' cannot be a name on a FAT file system: nothing of it is left for a short name.");
        }

        byte[] bytes = Join(baseHalf.Text, extensionHalf.Text);
        if (baseHalf.IsExact && extensionHalf.IsExact && !isTaken(bytes))
        {
            bool isOneCase = (baseHalf.IsUpper || baseHalf.IsLower) && (extensionHalf.IsUpper || extensionHalf.IsLower);
            int flags = isOneCase
                ? (baseHalf.IsUpper ? 0 : ShortName.LowerBase) | (extensionHalf.IsUpper ? 0 : ShortName.LowerExtension)
                : 0;
            return new MadeShortName(bytes, (byte)flags, !isOneCase);
        }

        return new MadeShortName(MakeUnique(name, baseHalf.Text, extensionHalf.Text, isTaken), 0, NeedsLongName: true);
    }

    private static byte[] MakeUnique(string name, string stem, string extension, Func<byte[], bool> isTaken)
    {
        string start = stem[..Math.Min(stem.Length, TailedBase)];
        for (int i = 1; i < 10; i++)
        {
            byte[] bytes = Join($"{start}~{i}", extension);
            if (!isTaken(bytes))
            {
                return bytes;
            }
        }

        start = stem[..Math.Min(stem.Length, HashedBase)];
        uint hash = Hash(name);
        for (int digit = 1; digit < 10; digit++)
        {
            for (int i = 0; i <= ushort.MaxValue; i++)
            {
                byte[] bytes = Join($"{start}{(hash + (uint)i) & 0xFFFF:X4}~{digit}", extension);
                if (!isTaken(bytes))
                {
                    return bytes;
                }
            }
        }

        throw new UnsupportedImageException(UnsupportedKind.NoSpace, "FAT directory", "no short name is left for another entry; remove some files or use another directory.");
    }

    // FNV-1a over the UTF-16 units: it only spreads names, so that the search ends soon.
    private static uint Hash(string name)
    {
        ulong hash = 2166136261;
        foreach (char c in name)
        {
            hash = ((hash ^ c) * 16777619) & uint.MaxValue;
        }

        return (uint)((hash >> 16) ^ (hash & 0xFFFF));
    }

    // The last dot splits, unless it ends the name or only dots and spaces are before it.
    private static (string Stem, string Extension) Split(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot < 0 || dot == name.Length - 1 || name.AsSpan(0, dot).Trim(". ").IsEmpty ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private static byte[] Join(string stem, string extension) =>
        Encoding.ASCII.GetBytes(stem.PadRight(ShortName.BaseLength) + extension.PadRight(ExtensionLength));

    /// <summary>Base or extension of a short name in upper case, and what was lost on the way.</summary>
    private sealed record Half(string Text, bool IsExact, bool IsUpper, bool IsLower)
    {
        public static Half Of(string text, int longest)
        {
            StringBuilder made = new(longest);
            bool exact = true;
            bool upper = true;
            bool lower = true;
            foreach (Rune rune in text.EnumerateRunes())
            {
                if (rune.Value is '.' or ' ')
                {
                    exact = false;
                    continue;
                }

                if (made.Length == longest)
                {
                    exact = false;
                    break;
                }

                if (!rune.IsAscii || rune.Value is '[' or ']' or ';' or ',' or '+' or '=' or 0x7F)
                {
                    exact = false;
                    made.Append('_');
                    continue;
                }

                char c = (char)rune.Value;
                upper &= !char.IsAsciiLetterLower(c);
                lower &= !char.IsAsciiLetterUpper(c);
                made.Append(char.ToUpperInvariant(c));
            }

            return new Half(made.ToString(), exact, upper, lower);
        }
    }
}
