using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>A partition of a raw disk, mounted read-only by the kernel for the length of a test.</summary>
internal sealed class LoopMount : IDisposable
{
    private readonly string _folder;

    public LoopMount(string image, long offset, string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        ToolResult result = OutsideTool.Run("mount", "-o", $"loop,ro,noload,offset={offset}", image, folder);
        if (result.ExitCode != 0)
        {
            Assert.Skip($"the kernel does not mount here: {result.Error.Trim()}");
        }
    }

    public string HostPath(string guestPath) => _folder + guestPath;

    public string Stat(string guestPath) => OutsideTool.Run("stat", "--format=%a %u:%g %s", HostPath(guestPath)).EnsureSuccess("stat").Output.Trim();

    public string Read(string guestPath) => File.ReadAllText(HostPath(guestPath));

    public string? LinkTarget(string guestPath) => new FileInfo(HostPath(guestPath)).LinkTarget;

    public void Dispose() => OutsideTool.Run("umount", _folder).EnsureSuccess("umount");
}
