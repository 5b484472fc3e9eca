using ImagePrep.Guests;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>What sshd_config(5) says about host keys: they need not lie at the usual place.</summary>
internal static class SshServerConfiguration
{
    /// <summary>Absolute paths of all HostKey lines in sshd_config and the files beside it.</summary>
    public static IReadOnlyList<string> HostKeyPaths(GuestTree files)
    {
        List<string> paths = [];
        foreach (GuestNode node in files.Glob("/etc/ssh/sshd_config").Concat(files.Glob("/etc/ssh/sshd_config.d/*.conf")))
        {
            if (node.Info.Kind != Storage.FileSystems.NodeKind.File)
            {
                continue;
            }

            foreach (string line in System.Text.Encoding.UTF8.GetString(GuestTree.ReadAll(node)).Split('\n'))
            {
                string[] words = line.Split((char[])[' ', '\t', '=', '"'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words.Length >= 2 && words[0].Equals("HostKey", StringComparison.OrdinalIgnoreCase) && words[1].StartsWith('/'))
                {
                    paths.Add(words[1]);
                }
            }
        }

        return paths;
    }
}
