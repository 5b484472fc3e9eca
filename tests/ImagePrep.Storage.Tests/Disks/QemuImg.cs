using System.Text.Json;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks;

/// <summary>The reference implementation as oracle, always told the format.</summary>
internal static class QemuImg
{
    public static void Create(string path, long size, string options) =>
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, path, $"{size}").EnsureSuccess("qemu-img create");

    public static void Convert(string rawPath, string qcow2Path, params string[] extra) =>
        OutsideTool.Run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", .. extra, rawPath, qcow2Path]).EnsureSuccess("qemu-img convert");

    /// <summary>The reference reader's copy of a disk.</summary>
    public static void ToRaw(string qcow2Path, string rawPath) =>
        OutsideTool.Run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", qcow2Path, rawPath).EnsureSuccess("qemu-img convert");

    /// <summary>Runs qemu-io commands on a qcow2 image.</summary>
    public static void Io(string path, params string[] commands) =>
        OutsideTool.Run("qemu-io", ["-f", "qcow2", .. commands.SelectMany(c => new[] { "-c", c }), path]).EnsureSuccess("qemu-io");

    /// <summary>Runs qemu-io commands without asking for write permission.</summary>
    public static void Read(string path, params string[] commands) =>
        OutsideTool.Run("qemu-io", ["-r", "-f", "qcow2", .. commands.SelectMany(c => new[] { "-c", c }), path]).EnsureSuccess("qemu-io").Output.ShouldNotContain("failed");

    /// <summary>qemu-img check must be silent: no errors, no leaks.</summary>
    public static void ShouldBeClean(string path)
    {
        ToolResult result = OutsideTool.Run("qemu-img", "check", "-f", "qcow2", path);
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        result.Output.ShouldContain("No errors were found on the image.");
        result.Error.ShouldBeEmpty();
    }

    public static void ShouldBeIdentical(string firstFormat, string first, string secondFormat, string second)
    {
        ToolResult result = OutsideTool.Run("qemu-img", "compare", "-f", firstFormat, "-F", secondFormat, first, second);
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        result.Output.ShouldContain("Images are identical.");
    }

    public static JsonElement Info(string path)
    {
        string json = OutsideTool.Run("qemu-img", "info", "-f", "qcow2", "--output=json", path).EnsureSuccess("qemu-img info").Output;
        return JsonDocument.Parse(json).RootElement;
    }
}
