using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>The running kernel's view of an image. Skips the test where the runner may not mount.</summary>
internal sealed class LoopMount : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private LoopMount() => Folder = _scratch.Path;

    public string Folder { get; }

    public static LoopMount Open(string image, bool writable = false)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("a loop mount needs root");
        }

        LoopMount mount = new();
        ToolResult result = OutsideTool.Run("mount", "-o", writable ? "loop" : "loop,ro", image, mount.Folder);
        if (result.ExitCode != 0)
        {
            mount._scratch.Dispose();
            if (result.Error.Contains("loop", StringComparison.Ordinal) || result.Error.Contains("permission", StringComparison.Ordinal))
            {
                Assert.Skip($"no loop devices here: {result.Error}");
            }

            result.EnsureSuccess("mount");
        }

        return mount;
    }

    public void Dispose()
    {
        KernelMount.Unmount(Folder);
        _scratch.Dispose();
    }
}
