using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Fat;

/// <summary>mtools, an independent reader and writer of FAT, with names in UTF-8.</summary>
internal static class Mtools
{
    /// <summary>Copies the whole tree of an image into a new folder and returns it.</summary>
    public static string CopyAll(string image, ScratchFolder scratch)
    {
        string folder = scratch.File("copied-by-mtools");
        Directory.CreateDirectory(folder);
        string[] names = [.. Run("mdir", "-b", "-i", image, "::/").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        if (names.Length > 0)
        {
            Run("mcopy", "-s", "-n", "-Q", "-i", image, "::/*", folder).EnsureSuccess("mcopy");
        }

        return folder;
    }

    public static ToolResult Run(string tool, params string[] arguments)
    {
        OutsideTool.Require(tool);
        return OutsideTool.Run("env", ["LC_ALL=C.UTF-8", "MTOOLS_SKIP_CHECK=1", OutsideTool.Find(tool)!, .. arguments]);
    }
}
