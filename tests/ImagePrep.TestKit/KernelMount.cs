using Xunit;

namespace ImagePrep.TestKit;

/// <summary>A file system image mounted by the kernel, the last judge of what it accepts. Needs root and loop devices; skips the test otherwise.</summary>
public sealed class KernelMount : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public KernelMount(string image, string options = "rw")
    {
        OutsideTool.Require("mount", "umount");
        if (!Environment.IsPrivilegedProcess)
        {
            _scratch.Dispose();
            Assert.Skip("not root: the kernel cannot be asked to mount the image");
        }

        Folder = _scratch.File("mnt");
        Directory.CreateDirectory(Folder);
        ToolResult result = OutsideTool.Run("mount", "-o", $"loop,{options}", image, Folder);
        if (result.ExitCode != 0)
        {
            _scratch.Dispose();
            if (result.Error.Contains("loop", StringComparison.Ordinal) && !System.IO.File.Exists("/dev/loop-control"))
            {
                Assert.Skip("no loop devices here: the kernel cannot be asked to mount the image");
            }

            throw new InvalidOperationException($"mount -o {options} {image} returned {result.ExitCode}: {result.Error}");
        }
    }

    public string Folder { get; }

    public string File(string path) => Path.Combine(Folder, path);

    public void Dispose()
    {
        Unmount();
        _scratch.Dispose();
    }

    /// <summary>Any program that looks at mounted file systems may hold one for a moment.</summary>
    private void Unmount()
    {
        ToolResult result = OutsideTool.Run("umount", [Folder], seconds: 120);
        for (int attempt = 0; attempt < 20 && result.Error.Contains("busy", StringComparison.Ordinal); attempt++)
        {
            Thread.Sleep(250);
            result = OutsideTool.Run("umount", [Folder], seconds: 120);
        }

        result.EnsureSuccess("umount");
    }
}
