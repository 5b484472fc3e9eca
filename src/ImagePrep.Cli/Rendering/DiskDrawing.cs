using System.Text;
using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>A part of a disk as the drawing shows it: bytes, and two short lines of text; a gap has none.</summary>
internal sealed record DrawnPart(long Start, long Length, string Name, string Content)
{
    public bool IsGap => Name.Length == 0;

    public long End => Start + Length;
}

/// <summary>
/// A disk drawn from left to right in plain text. Widths follow the sizes as far as every part stays readable: on a real disk the boot partition
/// would otherwise be thinner than its number.
/// </summary>
internal static class DiskDrawing
{
    private const int Width = 76;

    /// <inheritdoc cref="Draw"/>
    public static void Write(long diskLength, IReadOnlyList<DrawnPart> partitions)
    {
        foreach (string line in Draw(diskLength, partitions))
        {
            AnsiConsole.MarkupLine("  " + Markup.Escape(line));
        }
    }

    /// <summary>Four lines: frame, names, contents, frame. Unpartitioned space is dotted.</summary>
    /// <param name="diskLength">Bytes.</param>
    /// <param name="partitions">In disk order; one that contains others (an extended partition) is a frame without a cell of its own.</param>
    public static IReadOnlyList<string> Draw(long diskLength, IReadOnlyList<DrawnPart> partitions)
    {
        List<DrawnPart> parts = WithGaps(diskLength, [.. partitions.Where(part => !partitions.Any(inner => inner != part && Contains(part, inner)))]);
        int[] widths = Widths(parts);
        return
        [
            Frame(widths, '┌', '┬', '┐'),
            Row(parts, widths, part => part.Name),
            Row(parts, widths, part => part.Content),
            Frame(widths, '└', '┴', '┘'),
        ];
    }

    private static bool Contains(DrawnPart outer, DrawnPart inner) => outer.Start <= inner.Start && inner.End <= outer.End && outer.Length > inner.Length;

    private static List<DrawnPart> WithGaps(long diskLength, IReadOnlyList<DrawnPart> partitions)
    {
        List<DrawnPart> parts = [];
        long position = 0;
        foreach (DrawnPart part in partitions)
        {
            if (part.Start > position)
            {
                parts.Add(Gap(position, part.Start));
            }

            parts.Add(part);
            position = Math.Max(position, part.End);
        }

        if (position < diskLength)
        {
            parts.Add(Gap(position, diskLength));
        }

        return parts;
    }

    private static DrawnPart Gap(long start, long end) => new(start, end - start, "", "");

    /// <summary>What is left over the smallest widths is shared out by size.</summary>
    private static int[] Widths(List<DrawnPart> parts)
    {
        int[] widths = [.. parts.Select(part => part.IsGap ? 1 : Math.Max(part.Name.Length, part.Content.Length) + 2)];
        int left = Width - widths.Sum() - parts.Count - 1;
        double total = parts.Sum(part => (double)part.Length);
        if (left <= 0 || total <= 0)
        {
            return widths;
        }

        double owed = 0;
        for (int i = 0; i < widths.Length; i++)
        {
            owed += left * (parts[i].Length / total);
            int share = (int)Math.Round(owed);
            owed -= share;
            widths[i] += share;
        }

        return widths;
    }

    private static string Frame(int[] widths, char first, char between, char last) =>
        first + string.Join(between, widths.Select(width => new string('─', width))) + last;

    private static string Row(List<DrawnPart> parts, int[] widths, Func<DrawnPart, string> text)
    {
        StringBuilder row = new("│");
        for (int i = 0; i < widths.Length; i++)
        {
            row.Append(parts[i].IsGap ? new string('·', widths[i]) : (" " + text(parts[i])).PadRight(widths[i]));
            row.Append('│');
        }

        return row.ToString();
    }
}
