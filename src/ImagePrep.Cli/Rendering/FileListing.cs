using System.Text;
using ImagePrep.Guests;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Cli.Rendering;

/// <summary>Lines as 'ls -l --time-style=full-iso' prints them, with owners as numbers: the host's names mean nothing in the guest.</summary>
internal static class FileListing
{
    public static string Line(GuestTree files, GuestNode node, string name)
    {
        NodeInfo info = node.Info;
        DateTimeOffset modified = DateTimeOffset.UnixEpoch.AddSeconds(info.Modified.Seconds);
        string target = info.Kind == NodeKind.SymbolicLink ? " -> " + PrintableText.From(node.Mount.FileSystem.ReadLink(node.Node)) : "";
        return $"{Mode(info)} {info.LinkCount,3} {info.UserId,5} {info.GroupId,5} {info.Size,10} {modified:yyyy-MM-dd HH:mm} {name}{target}";
    }

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
