using System.Globalization;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks;

/// <summary>What the host's file system says about a file.</summary>
internal static class HostDisk
{
    /// <summary>Bytes that are really allocated, after delayed allocation has settled.</summary>
    public static long AllocatedBytes(string path)
    {
        OutsideTool.Run("sync", path).EnsureSuccess("sync");
        return long.Parse(OutsideTool.Run("stat", "-c", "%b", path).EnsureSuccess("stat").Output.Trim(), CultureInfo.InvariantCulture) * 512;
    }
}
