using ImagePrep.TestKit;

namespace ImagePrep.Benchmarks;

/// <summary>What the comparisons share: the program they measure, and a folder for what they make.</summary>
/// <param name="Program">Full path of the published program.</param>
/// <param name="Scratch">Everything in it goes with the bench.</param>
internal sealed record Bench(string Program, ScratchFolder Scratch)
{
    /// <summary>A preparation of an image whose golden image is not kept.</summary>
    public Measured Prepare(string name, string image, string format = "qcow2", string recipe = "debian-12")
    {
        string output = Scratch.File("prepared");
        return new Measured(name, Program, ["prepare", "--recipe", recipe, "--base", image, "--base-format", format, "--out", output])
        {
            After = () => Directory.Delete(output, recursive: true),
        };
    }

    /// <summary>A copy of an image by a script, which gets the image as $1 and the name of the copy, not kept, as $2.</summary>
    public Measured Copy(string name, string tool, string image, string script)
    {
        string copy = Scratch.File("copy");
        return Measured.Script(name, tool, script, image, copy) with { After = () => File.Delete(copy) };
    }

    /// <summary>Makes a raw file of a qcow2 image, with holes where it has none of its clusters.</summary>
    public string Raw(string image, string name)
    {
        string raw = Scratch.File(name);
        Make("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, raw);
        return raw;
    }

    /// <summary>Runs a tool that makes something to measure with.</summary>
    public static void Make(string tool, params string[] arguments) => OutsideTool.Run(tool, arguments, seconds: 600).EnsureSuccess(tool);
}
