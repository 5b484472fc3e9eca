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
/// would otherwise be thinner than its number. What does not fit into a line continues below it.
/// </summary>
internal static class DiskDrawing
{
    public const int UsualWidth = 76;

    private const int Indent = 2;

    /// <inheritdoc cref="Draw"/>
    public static void Write(long diskLength, IReadOnlyList<DrawnPart> partitions)
    {
        foreach (string line in Draw(diskLength, partitions, Math.Min(UsualWidth, AnsiConsole.Profile.Width - Indent)))
        {
            AnsiConsole.MarkupLine(new string(' ', Indent) + Markup.Escape(line));
        }
    }

    /// <summary>Four lines for each strip: frame, names, contents, frame. Unpartitioned space is dotted.</summary>
    /// <param name="diskLength">Bytes.</param>
    /// <param name="partitions">In disk order; one that contains others (an extended partition) is a frame without a cell of its own.</param>
    /// <param name="width">Columns that a line may take; a part that needs more gets a strip of its own.</param>
    public static IReadOnlyList<string> Draw(long diskLength, IReadOnlyList<DrawnPart> partitions, int width = UsualWidth)
    {
        List<DrawnPart> parts = WithGaps(diskLength, [.. partitions.Where(part => !partitions.Any(inner => inner != part && Contains(part, inner)))]);
        List<string> lines = [];
        foreach (List<DrawnPart> strip in Strips(parts, width))
        {
            int[] widths = Widths(strip, width);
            lines.Add(Frame(widths, '┌', '┬', '┐'));
            lines.Add(Row(strip, widths, part => part.Name));
            lines.Add(Row(strip, widths, part => part.Content));
            lines.Add(Frame(widths, '└', '┴', '┘'));
        }

        return lines;
    }

    private static List<List<DrawnPart>> Strips(List<DrawnPart> parts, int width)
    {
        List<List<DrawnPart>> strips = [[]];
        int taken = 1;
        foreach (DrawnPart part in parts)
        {
            int needed = Needed(part) + 1;
            if (taken + needed > width && strips[^1].Count > 0)
            {
                strips.Add([]);
                taken = 1;
            }

            strips[^1].Add(part);
            taken += needed;
        }

        return strips;
    }

    private static int Needed(DrawnPart part) => part.IsGap ? 1 : Math.Max(part.Name.Length, part.Content.Length) + 2;

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
    private static int[] Widths(List<DrawnPart> parts, int width)
    {
        int[] widths = [.. parts.Select(Needed)];
        int left = width - widths.Sum() - parts.Count - 1;
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
