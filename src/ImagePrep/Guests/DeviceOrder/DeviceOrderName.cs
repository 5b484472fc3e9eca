using System.Text;

namespace ImagePrep.Guests.DeviceOrder;

/// <summary>
/// Tells names that count disks from names that stay with a disk. UUID=, LABEL=, PARTUUID= (of an MBR too: disk signature and number, both kept),
/// /dev/disk/by-* and /dev/mapper/* are of the second kind.
/// </summary>
internal static class DeviceOrderName
{
    private const string Folder = "/dev/";
    private const string GrubDisk = "hd";

    /// <summary>"/dev/mmcblk0boot0" is about as long as they get; ten digits are a counter's limit.</summary>
    private const int MaxLength = 40;

    /// <summary>Followed by the disk's letters and the partition's number (Linux, Documentation/admin-guide/devices.txt).</summary>
    private static readonly string[] Lettered = ["sd", "hd", "vd", "xvd"];

    /// <summary>Those that count in digits, with 0 for any number.</summary>
    private static readonly string[] Numbered = ["nvme0n0", "nvme0n0p0", "mmcblk0", "mmcblk0p0", "mmcblk0boot0"];

    /// <summary>Whether a word is such a name of the kernel's, or has one as a part: "root=/dev/sda1", "/dev/sda2:secret".</summary>
    public static bool IsOfKernel(string word)
    {
        for (int at = word.IndexOf(Folder, StringComparison.Ordinal); at >= 0; at = word.IndexOf(Folder, at + 1, StringComparison.Ordinal))
        {
            ReadOnlySpan<char> name = word.AsSpan(at + Folder.Length);
            int end = name[..Math.Min(name.Length, MaxLength)].IndexOfAny(':', ',');
            if ((at == 0 || word[at - 1] is '=' or ':' or ',') && Counts(end < 0 ? name : name[..end]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a word is such a name of GRUB's, or has one as a part: "(hd0,1)/vmlinuz", "root=hd0,msdos1".</summary>
    /// <seealso href="https://www.gnu.org/software/grub/manual/grub/html_node/Device-syntax.html"/>
    public static bool IsOfGrub(string word)
    {
        for (int at = word.IndexOf(GrubDisk, StringComparison.Ordinal); at >= 0; at = word.IndexOf(GrubDisk, at + 1, StringComparison.Ordinal))
        {
            ReadOnlySpan<char> number = word.AsSpan(at + GrubDisk.Length);
            int end = number.IndexOfAnyExceptInRange('0', '9');
            bool isWhole = (at == 0 || word[at - 1] is '=' or '(') && (end < 0 || number[end] is ',' or ')');
            if (isWhole && end != 0 && number.Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Counts(ReadOnlySpan<char> name)
    {
        if (name.Length > MaxLength)
        {
            return false;
        }

        StringBuilder text = new();
        foreach (char letter in name)
        {
            if (!char.IsAsciiDigit(letter) || text.Length == 0 || text[^1] != '0')
            {
                text.Append(char.IsAsciiDigit(letter) ? '0' : letter);
            }
        }

        string shape = text.ToString();
        return Numbered.Contains(shape) || Lettered.Any(disk => shape.StartsWith(disk, StringComparison.Ordinal) && IsDisk(shape.AsSpan(disk.Length).TrimEnd('0')));
    }

    private static bool IsDisk(ReadOnlySpan<char> letters) => letters.Length is > 0 and <= 3 && !letters.ContainsAnyExceptInRange('a', 'z');
}
