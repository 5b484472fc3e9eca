using System.Text;
using ImagePrep.Guests;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>/etc/hosts of Debian maps 127.0.1.1 to the machine's own name, which is the base's name in every clone.</summary>
internal static class HostsFile
{
    private const string Path = "/etc/hosts";

    public static void RemoveOwnName(GuestEditor files, string oldName)
    {
        if (oldName.Length == 0 || !files.TryFind(Path, out GuestNode? node) || files.ReadText(Path) is not { } text)
        {
            return;
        }

        string[] lines = text.Split('\n');
        string[] kept = [.. lines.Where(line => !MapsOwnName(line, oldName))];
        if (kept.Length != lines.Length)
        {
            files.PutFile(node.Path, Encoding.UTF8.GetBytes(string.Join('\n', kept)), node.Info.Permissions, node.Info.UserId, node.Info.GroupId);
        }
    }

    private static bool MapsOwnName(string line, string oldName)
    {
        string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["127.0.1.1", ..] && words.Skip(1).Any(word => word == oldName || word.StartsWith(oldName + ".", StringComparison.Ordinal));
    }
}
