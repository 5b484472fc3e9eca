using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>An image that is out to harm who opens it.</summary>
/// <param name="Name">For the test's name.</param>
/// <param name="ExitCode">What every command must return: 3 unsupported, 4 corrupt.</param>
/// <param name="Reason">What the message must say.</param>
/// <param name="Make">Makes the image, given its path and the path of a file of the host that it may try to reach.</param>
internal sealed record HostileImage(string Name, int ExitCode, string Reason, Action<string, string> Make)
{
    /// <summary>What the user declares it to be; null for nothing.</summary>
    public string? Declared { get; init; }

    /// <summary>Makes the image by qemu-img, from nothing.</summary>
    public static void Create(string path, string format, string size, params string[] options) =>
        OutsideTool.Run("qemu-img", ["create", "-q", "-f", format, .. options, path, size]).EnsureSuccess("qemu-img create");

    /// <summary>Puts a disk of these bytes into another format.</summary>
    public static void Convert(string path, byte[] disk, string format, params string[] options)
    {
        string raw = path + ".raw";
        File.WriteAllBytes(raw, disk);
        OutsideTool.Run("qemu-img", ["convert", "-f", "raw", "-O", format, .. options, raw, path]).EnsureSuccess("qemu-img convert");
        File.Delete(raw);
    }

    /// <summary>A disk that nothing is wrong with: an MBR with one small partition of nothing.</summary>
    public static byte[] EmptyDisk(int length)
    {
        byte[] disk = new byte[length];
        HostileDisks.PutEntry(disk, 0, 0, 0x83, 1, 1);
        return disk;
    }
}
