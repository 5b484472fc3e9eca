using System.Text;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>What sshd_config(5) says about host keys: they need not lie at the usual place.</summary>
internal static class SshServerConfiguration
{
    /// <summary>Absolute paths of all HostKey and HostCertificate lines in sshd_config and the files beside it, and of what lies beside each key.</summary>
    public static IReadOnlyList<string> HostKeyFiles(GuestTree files)
    {
        List<string> paths = [];
        foreach (GuestNode node in files.Glob("/etc/ssh/sshd_config").Concat(files.Glob("/etc/ssh/sshd_config.d/*.conf")).Where(node => node.Info.Kind == NodeKind.File))
        {
            foreach (string line in Encoding.UTF8.GetString(GuestTree.ReadAll(node)).Split('\n'))
            {
                string[] words = line.Split((char[])[' ', '\t', '=', '"'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words is [var keyword, ['/', ..] path, ..]
                    && GuestPath.TryParse(path, out GuestPath? parsed)
                    && !parsed.IsRoot
                    && (IsKeyword(keyword, "HostKey") || IsKeyword(keyword, "HostCertificate")))
                {
                    paths.AddRange([path, path + ".pub", path + "-cert.pub"]);
                }
            }
        }

        return paths;
    }

    private static bool IsKeyword(string word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}
