using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>The templates as they lie in the repository: a folder for each init, and what they share in <c>common</c>.</summary>
internal static class TemplateFolder
{
    public static readonly string[] Inits = ["systemd", "openrc", "sysvinit", "rc-sysinit", "busybox", "openwrt"];

    public static string Root { get; } = Repository.File("templates");

    public static string Mix => Common("mix");

    public static string Keygen => Common("keygen");

    public static string Guard => Common("guard");

    /// <summary>Every file that some shell reads: those with an interpreter, and those that are sourced and say so.</summary>
    public static string[] Scripts =>
    [
        .. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Where(IsScript)
            .Order(StringComparer.Ordinal),
    ];

    public static byte[] Slot(string name) => File.ReadAllBytes(Path.Combine(Root, "common", "slots", name));

    /// <summary>The file a manifest of that init names as a source.</summary>
    public static string Source(string init, string source) => Path.GetFullPath(Path.Combine(Root, init, source));

    private static bool IsScript(string file)
    {
        string first = File.ReadLines(file).FirstOrDefault("");
        return first.StartsWith("#!", StringComparison.Ordinal) || first == "# shellcheck shell=dash";
    }

    private static string Common(string script) => Path.Combine(Root, "common/usr/libexec/imageprep", script);
}
