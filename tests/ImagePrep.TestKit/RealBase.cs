using Xunit;

namespace ImagePrep.TestKit;

/// <summary>Real Debian images, built from packages by <c>tests/images</c> on first use and kept outside the repository.</summary>
public static class RealBase
{
    // What cached.sh returns where this machine cannot build: not root, a tool missing, no mirror that has the suite.
    private const int CannotBuild = 77;

    // A build takes two or three minutes on an idle machine; another test run may hold the lock and build first.
    private const int BuildLimitSeconds = 30 * 60;

    /// <summary>
    /// The path of the image, never to be written to. <paramref name="suite"/> is bullseye, bookworm or trixie, <paramref name="layout"/>
    /// is legacy63 or gpt, <paramref name="variant"/> is what make-debian.sh lists. Skips the test where the image can neither be found nor be built.
    /// </summary>
    public static string Image(string suite, string layout, string variant = "plain") => Cached(suite, layout, variant);

    /// <summary>
    /// A small raw disk that boots by a loader of this kind (see tests/images/make-boot.sh) and powers off after printing one line that begins with
    /// "BOOTED"; also never to be written to, and skipped where it cannot be built.
    /// </summary>
    public static string Bootable(string kind) => Cached("boot", kind);

    private static string Cached(params string[] arguments)
    {
        string name = string.Join(' ', arguments);
        ToolResult result = OutsideTool.Run("bash", [Repository.File("tests", "images", "cached.sh"), .. arguments], BuildLimitSeconds);
        if (result.ExitCode == CannotBuild)
        {
            Assert.Skip($"no image {name}: {result.Error.TrimEnd('\n').Split('\n')[^1]}");
        }

        return result.EnsureSuccess($"tests/images/cached.sh {name}").Output.TrimEnd('\n');
    }
}
