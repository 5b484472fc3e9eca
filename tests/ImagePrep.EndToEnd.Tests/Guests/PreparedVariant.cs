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
    private readonly Lazy<string> _output;

    /// <param name="keysOnCommand">Prepared with <c>when: command</c> instead of <c>service-start</c>.</param>
    public PreparedVariant(string suite, string variant, bool keysOnCommand = false) =>
        _output = new Lazy<string>(() => Prepare(suite, variant, keysOnCommand ? RecipeOnCommand(suite) : RecipeOf(suite)));

    public string FirstNode => Node("node-1");

    public string SecondNode => Node("node-2");

    /// <summary>Boots an image; what is written stays on it.</summary>
    public static QemuGuest Boot(string image) => QemuGuest.Start(new QemuOptions { Image = image, Snapshot = false });

    public void Dispose() => _scratch.Dispose();

    private string Node(string name) => NodeIn(_output.Value, name);

    private static string NodeIn(string output, string name) => Path.Combine(output, "nodes", name + ".raw");

    private string Prepare(string suite, string variant, string recipe)
    {
        OutsideTool.Require("qemu-system-x86_64");
        string output = _scratch.File("out");
        string[] rawNodes = ["--count", "2", "--layout", "standalone", "--format", "raw"];
        CliProgram.Run(["prepare", "--recipe", recipe, "--base", TestKit.RealBase.Image(suite, "legacy63", variant), "--out", output, .. rawNodes])
            .EnsureSuccess("imageprep prepare");
        if (!variant.Contains("sysvinit", StringComparison.Ordinal))
        {
            DebugLog.AddTo(NodeIn(output, "node-1"));
            DebugLog.AddTo(NodeIn(output, "node-2"));
        }

        return output;
    }

    private string RecipeOnCommand(string suite)
    {
        string text = File.ReadAllText(Repository.File("recipes", RecipeOf(suite) + ".yaml"));
        string onCommand = text.Replace("add-node-entropy: {}", "add-node-entropy: {when: command}", StringComparison.Ordinal);
        onCommand.ShouldNotBe(text);
        string recipe = _scratch.File("on-command.yaml");
        File.WriteAllText(recipe, onCommand);
        return recipe;
    }

    private static string RecipeOf(string suite) => suite switch
    {
        "bullseye" => "debian-11",
        "bookworm" => "debian-12",
        "trixie" => "debian-13",
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "no recipe for it"),
    };
}
