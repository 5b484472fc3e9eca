using System.Security.Cryptography;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>A real Debian base, prepared once by the program for all tests that look at the result.</summary>
public sealed class PreparedDebian : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly Lazy<string> _output;
    private readonly Lazy<string> _raw;

    public PreparedDebian()
    {
        _output = new Lazy<string>(Prepare);
        _raw = new Lazy<string>(() => ToRaw(Golden, "golden.raw"));
    }

    public string Base { get; } = "";

    public static string BaseImage => TestKit.RealBase.Image("bookworm", "legacy63");

    /// <summary>UUID of the machine that the second node is bound to.</summary>
    public static Guid BoundUuid { get; } = Guid.Parse("4c4c4544-0042-3510-8054-b7c04f564231");

    /// <summary>Address of that machine, which the node is bound to as well.</summary>
    public static string BoundMac => "52:54:00:b7:c0:4f";

    public string Output => _output.Value;

    public string Golden => Path.Combine(Output, "golden.qcow2");

    /// <summary>The golden image as a raw disk, for tools that know no qcow2.</summary>
    public string GoldenRaw => _raw.Value;

    public string Node(string name) => Path.Combine(Output, "nodes", name + ".qcow2");

    public string File(string name) => _scratch.File(name);

    public static string Digest(string path)
    {
        using FileStream file = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public string ToRaw(string image, string name)
    {
        string raw = _scratch.File(name);
        OutsideTool.Run("qemu-img", ["convert", "-O", "raw", image, raw], seconds: 300).EnsureSuccess("qemu-img convert");
        return raw;
    }

    public string Prepare(string name, params string[] more)
    {
        string output = _scratch.File(name);
        CliProgram.Run(["prepare", "--recipe", "debian-12", "--base", BaseImage, "--out", output, .. more]).EnsureSuccess("imageprep prepare");
        return output;
    }

    public void Dispose() => _scratch.Dispose();

    private string Prepare()
    {
        string list = _scratch.File("nodes.csv");
        System.IO.File.WriteAllText(list, $"name,uuid,mac,site-rack\nalpha,,,A1\nbeta,{BoundUuid},{BoundMac},B2\ngamma,,,\n");
        return Prepare("out", "--nodes", list);
    }
}
