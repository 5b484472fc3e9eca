using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>A folder laid out like a guest's root, in which the guest's scripts run with a shell of this machine.</summary>
internal sealed class GuestRoot : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly ScratchFolder _programs = new();
    private readonly GuestShell _shell;
    private string? _path;

    public GuestRoot(GuestShell shell)
    {
        OutsideTool.Require(shell.Program);
        _shell = shell;
        _path = shell.MakePath(_programs.File("bin"));
        Directory.CreateDirectory(Location("run"));
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

    /// <summary>Gives the guest a program that notes what it was called with in /calls, then runs what is passed.</summary>
    public void Program(string path, string body = "") =>
        Write(path, $"#!/bin/sh\necho \"${{0##*/}} $*\" >>{Location("calls")}\n{body}\n", executable: true);

    /// <summary>Gives the guest a program of this machine.</summary>
    public void Borrow(string path, string program)
    {
        OutsideTool.Require(program);
        Directory.CreateDirectory(Path.GetDirectoryName(Location(path))!);
        File.CreateSymbolicLink(Location(path), OutsideTool.Find(program)!);
    }

    /// <summary>
    /// Has a program that every guest has note its calls like a <see cref="Program"/>, then do its work; <paramref name="before"/> runs in between and
    /// may end it.
    /// </summary>
    public void Watch(string program, string before = "")
    {
        _path ??= _programs.File("watched") + ":/usr/sbin:/usr/bin:/sbin:/bin";
        string file = _programs.File("watched/" + program);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        string real = OutsideTool.Find(program)!;
        File.WriteAllText(file, $"#!/bin/sh\necho \"{program} $*\" >>{Location("calls")}\n{before}\nexec {real} \"$@\"\n");
        OutsideTool.Run("chmod", "0755", file).EnsureSuccess("chmod");
    }

    /// <summary>The lines that <see cref="Program"/>s noted, in order.</summary>
    public string[] Calls => Exists("calls") ? File.ReadAllLines(Location("calls")) : [];

    public bool Exists(string path) => File.Exists(Location(path));

    public string Read(string path) => File.ReadAllText(Location(path));

    public string Mode(string path) => OutsideTool.Run("stat", "-c", "%a", Location(path)).EnsureSuccess("stat").Output.Trim();

    public string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(Location(folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public ToolResult Run(string script, params string[] arguments) => RunWithin(poolSeconds: 60, [], [script, .. arguments]);

    /// <summary>Runs a script that may wait for the pool that long, started by <paramref name="starter"/> if that names a program.</summary>
    public ToolResult RunWithin(int poolSeconds, string[] starter, params string[] scriptAndArguments)
    {
        string[] path = _path is null ? [] : ["IMAGEPREP_PATH=" + _path];
        string[] guest = ["IMAGEPREP_ROOT=" + _scratch.Path, "IMAGEPREP_MAC_WAIT=0", $"IMAGEPREP_POOL_WAIT={poolSeconds}", .. path];
        string[] shell = [OutsideTool.Find(_shell.Program)!, .. _shell.Arguments];
        return OutsideTool.Run("env", [.. guest, .. starter, .. shell, .. scriptAndArguments]);
    }

    public void Dispose()
    {
        _scratch.Dispose();
        _programs.Dispose();
    }
}
