using System.Globalization;
using System.Text;
using ImagePrep.Guests;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Cli.Rendering;

/// <summary>
/// Lines as 'ls -l --time-style=long-iso' prints them in UTC, columns lined up, with owners as numbers: the host's names mean nothing in the guest.
/// </summary>
internal static class FileListing
{
    /// <param name="entries">Nodes and the names to show for them, made safe to print.</param>
    public static IReadOnlyList<string> Lines(IReadOnlyList<(GuestNode Node, string Name)> entries)
    {
        string[][] rows = [.. entries.Select(entry => Figures(entry.Node.Info))];
        int[] widths = [.. Enumerable.Range(0, rows.Length == 0 ? 0 : rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return [.. rows.Zip(entries, (row, entry) =>
            $"{Mode(entry.Node.Info)} {string.Join(' ', row.Select((figure, column) => figure.PadLeft(widths[column])))} {Time(entry.Node.Info)} {entry.Name}{Target(entry.Node)}")];
    }

    private static string[] Figures(NodeInfo info) =>
        [.. new long[] { info.LinkCount, info.UserId, info.GroupId, info.Size }.Select(figure => figure.ToString(CultureInfo.InvariantCulture))];

    private static string Time(NodeInfo info)
    {
        // A damaged or hostile inode may name any second: ext4 reaches the year 2446, DateTimeOffset the year 9999.
        long seconds = Math.Clamp(info.Modified.Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private static string Target(GuestNode node) =>
        node.Info.Kind == NodeKind.SymbolicLink ? " -> " + PrintableText.From(node.Mount.FileSystem.ReadLink(node.Node)) : "";

    private static string Mode(NodeInfo info)
    {
        char kind = info.Kind switch
        {
            NodeKind.Directory => 'd',
            NodeKind.SymbolicLink => 'l',
            NodeKind.CharacterDevice => 'c',
            NodeKind.BlockDevice => 'b',
            NodeKind.Fifo => 'p',
            NodeKind.Socket => 's',
            _ => '-',
        };
        StringBuilder text = new(10);
        text.Append(kind);
        for (int shift = 6; shift >= 0; shift -= 3)
        {
            int bits = (info.Permissions >> shift) & 7;
            bool special = ((info.Permissions >> (9 + (shift / 3))) & 1) != 0;
            char execute = (bits & 1) != 0 ? 'x' : '-';
            char mark = shift == 0 ? 't' : 's';
            text.Append((bits & 4) != 0 ? 'r' : '-');
            text.Append((bits & 2) != 0 ? 'w' : '-');
            text.Append(special ? execute == 'x' ? mark : char.ToUpperInvariant(mark) : execute);
        }

        return text.ToString();
    }
}
