using ImagePrep.EndToEnd.Tests.Prepare;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>
/// A real base of some variant (see tests/images/make-debian.sh), prepared by the recipe of its release. Each of the two node images remembers what its
/// machine wrote.
/// </summary>
internal sealed class PreparedVariant : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    /// <param name="keysOnCommand">Prepared with <c>when: command</c> instead of <c>service-start</c>.</param>
    public PreparedVariant(string suite, string variant, bool keysOnCommand = false)
    {
        OutsideTool.Require("qemu-system-x86_64", "qemu-img");
        string recipe = RecipeOf(suite);
        if (keysOnCommand)
        {
            string text = File.ReadAllText(Repository.File("recipes", recipe + ".yaml"));
            string onCommand = text.Replace("add-node-entropy: {}", "add-node-entropy: {when: command}", StringComparison.Ordinal);
            onCommand.ShouldNotBe(text);
            recipe = _scratch.File("on-command.yaml");
            File.WriteAllText(recipe, onCommand);
        }

        string[] rawNodes = ["--count", "2", "--layout", "standalone", "--format", "raw"];
        CliProgram.Run(["prepare", "--recipe", recipe, "--base", TestKit.RealBase.Image(suite, "legacy63", variant), "--out", Output, .. rawNodes])
            .EnsureSuccess("imageprep prepare");
        if (!variant.Contains("sysvinit", StringComparison.Ordinal))
        {
            DebugLog.AddTo(FirstNode);
            DebugLog.AddTo(SecondNode);
        }
    }

    public string FirstNode => Node("node-1");

    public string SecondNode => Node("node-2");

    private string Output => _scratch.File("out");

    /// <summary>Boots an image; what is written stays on it.</summary>
    public static QemuGuest Boot(string image) => QemuGuest.Start(new QemuOptions { Image = image, Snapshot = false });

    public void Dispose() => _scratch.Dispose();

    private string Node(string name) => Path.Combine(Output, "nodes", name + ".raw");

    private static string RecipeOf(string suite) => suite switch
    {
        "bullseye" => "debian-11",
        "bookworm" => "debian-12",
        "trixie" => "debian-13",
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "no recipe for it"),
    };
}
