using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>A shell that guests run the scripts with, and the programs such a guest has.</summary>
/// <param name="Program">The shell.</param>
/// <param name="Arguments">What makes it behave like a guest's /bin/sh.</param>
/// <param name="BusyBoxPrograms">The guest has BusyBox's programs and no flock; else this machine's own.</param>
internal sealed record GuestShell(string Program, string[] Arguments, bool BusyBoxPrograms)
{
    public static readonly GuestShell Dash = new("dash", [], BusyBoxPrograms: false);
    public static readonly GuestShell Bash = new("bash", ["--posix"], BusyBoxPrograms: false);
    public static readonly GuestShell BusyBox = new("busybox", ["sh"], BusyBoxPrograms: true);

    // What the scripts need and BusyBox has not; a guest has them as packages.
    private static readonly string[] Packages = ["ssh-keygen", "openssl", "nft", "iptables", "ip6tables"];

    /// <summary>Makes the folder that the scripts find their programs in; null where that is the guest's usual PATH.</summary>
    public string? MakePath(string folder)
    {
        if (!BusyBoxPrograms)
        {
            return null;
        }

        Directory.CreateDirectory(folder);
        OutsideTool.Run(Program, "--install", "-s", folder).EnsureSuccess("busybox --install");
        File.Delete(Path.Combine(folder, "flock"));
        foreach (string name in Packages)
        {
            if (OutsideTool.Find(name) is string program)
            {
                string link = Path.Combine(folder, name);
                File.Delete(link);
                File.CreateSymbolicLink(link, program);
            }
        }

        return folder;
    }
}
