using ImagePrep.TestKit;

namespace ImagePrep.Tests.Initramfs;

/// <summary>A small tree as an initramfs has it, packed by cpio and the compressors themselves.</summary>
internal static class ToolTree
{
    public const string Secret = "the bytes of a private key, which must not be anywhere";

    /// <param name="folder">Made, and filled.</param>
    public static void Write(string folder)
    {
        (string Name, string Content)[] files =
        [
            ("etc/dropbear/dropbear_rsa_host_key", Secret),
            ("etc/dropbear/dropbear.conf", "DROPBEAR_OPTIONS=\n"),
            ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
            ("root-Xa1/.ssh/authorized_keys", "ssh-ed25519 AAAA\n"),
            ("scripts/local", new string('#', 300_000)),
            ("usr/lib/one", "shared by two names"),
            ("empty", ""),
        ];
        foreach ((string name, string content) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        File.CreateSymbolicLink(Path.Combine(folder, "init"), "usr/lib/one");
        OutsideTool.Run("ln", Path.Combine(folder, "usr/lib/one"), Path.Combine(folder, "usr/lib/two")).EnsureSuccess("ln");
    }

    /// <summary>Packs scratch/tree into scratch/initramfs, in the order of the names.</summary>
    public static byte[] Pack(ScratchFolder scratch, string format, string compressor)
    {
        string compress = compressor switch { "gzip" => "| gzip -n", "zstd" => "| zstd -q -9", "lz4" => "| lz4 -l -9 -q -c", _ => "" };
        OutsideTool.Run("sh", "-c", $"cd {scratch.Path}/tree && find . | LC_ALL=C sort | cpio -o -H {format} --quiet {compress} > ../initramfs").EnsureSuccess("cpio");
        return File.ReadAllBytes(scratch.File("initramfs"));
    }

    public static string Expander(string compressor) => compressor switch { "gzip" => "gzip -dc", "zstd" => "zstd -dcq", "lz4" => "lz4 -dcq", _ => "cat" };
}
