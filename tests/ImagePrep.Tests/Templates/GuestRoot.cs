using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>A folder laid out like a guest's root, in which the guest's scripts run with this machine's shell.</summary>
internal sealed class GuestRoot : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public GuestRoot()
    {
        Write("dev/urandom", "");
        Write("dev/random", "some random bytes");
        Write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n#HostKey /etc/ssh/ssh_host_rsa_key\n");
        Write("usr/sbin/sshd", "#!/bin/sh\n", executable: true);
    }

    public string Location(string path) => _scratch.File(path);

    public void Write(string path, string content, bool executable = false) =>
        Write(path, System.Text.Encoding.UTF8.GetBytes(content), executable);

    public void Write(string path, byte[] content, bool executable = false)
    {
        string file = Location(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        if (executable)
        {
            OutsideTool.Run("chmod", "0755", file).EnsureSuccess("chmod");
        }
    }

    public bool Exists(string path) => File.Exists(Location(path));

    public string Read(string path) => File.ReadAllText(Location(path));

    public string Mode(string path) => OutsideTool.Run("stat", "-c", "%a", Location(path)).EnsureSuccess("stat").Output.Trim();

    public ToolResult Run(string script, params string[] arguments) =>
        OutsideTool.Run("env", ["IMAGEPREP_ROOT=" + _scratch.Path, "IMAGEPREP_MAC_WAIT=0", "dash", script, .. arguments]);

    public void Dispose() => _scratch.Dispose();
}
