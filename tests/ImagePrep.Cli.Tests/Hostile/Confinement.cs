using System.Globalization;
using System.Text.RegularExpressions;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>What one run of the program did, as the kernel saw it.</summary>
/// <param name="ExitCode">What it returned.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Processor">Processor time of it and its children: a clock that a busy machine does not make slow.</param>
/// <param name="PeakMemory">Largest resident set of any process of the run, in bytes (ru_maxrss).</param>
/// <param name="Strangers">Files opened, programs started and addresses called that are none of its business.</param>
internal sealed record ConfinedRun(int ExitCode, string Output, string Error, TimeSpan Processor, long PeakMemory, IReadOnlyList<string> Strangers)
{
    private const long MaxMemory = 200L << 20;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    /// <summary>Whatever it returned: little time and memory, nothing opened that is not its own, and no escape sequence for a terminal.</summary>
    public ConfinedRun ShouldBeHarmless()
    {
        Strangers.ShouldBeEmpty();
        PeakMemory.ShouldBeLessThan(MaxMemory);
        Processor.ShouldBeLessThan(MaxTime);
        (Output + Error).ShouldNotContain("\e");
        return this;
    }
}

/// <summary>
/// Runs the program below strace and time(1). Every file that it or qemu-img opens, or tries to open, has to be one it was given, lie in its own
/// folder, or belong to the runtime; all else is a stranger, whether it exists or not.
/// </summary>
internal sealed partial class Confinement : IDisposable
{
    /// <summary>What the kernel, the loader and the .NET runtime read in every process.</summary>
    private static readonly string[] Runtime =
    [
        AppContext.BaseDirectory, Path.GetDirectoryName(RealPath(OutsideTool.Find("dotnet") ?? "/usr/bin/dotnet"))! + "/",
        "/proc/", "/sys/", "/lib/", "/lib64/", "/usr/lib/", "/usr/local/lib/", "/usr/share/", "/etc/ld.so.", "/etc/localtime", "/etc/terminfo/", "/lib/terminfo/", "/etc/ssl/openssl.cnf",
        "/dev/null", "/dev/urandom", "/dev/random", "/tmp/.dotnet",
    ];

    private static readonly string[] Programs = ["dotnet", "prlimit", "qemu-img"];

    private readonly ScratchFolder _scratch = new();

    public Confinement() => Directory.CreateDirectory(Temporary);

    /// <summary>Where the program may write: its output folder and its temporary files.</summary>
    public string Own => _scratch.File("own");

    /// <summary>A path outside of everything that the program may open.</summary>
    public string Elsewhere(string name) => _scratch.File(name);

    private string Temporary => Path.Combine(Own, "tmp");

    public void Dispose() => _scratch.Dispose();

    /// <param name="arguments">Of the program.</param>
    /// <param name="given">The files that it may open, named in the arguments.</param>
    public ConfinedRun Run(IEnumerable<string> arguments, params string[] given)
    {
        string trace = _scratch.File("trace");
        string timing = _scratch.File("timing");
        ToolResult result = OutsideTool.Run(
            "env",
            [
                $"TMPDIR={Temporary}", $"HOME={Own}", "DOTNET_EnableDiagnostics=0", "NO_COLOR=1",
                OutsideTool.Find("time")!, "-q", "-f", "%U %S %M", "-o", timing,
                OutsideTool.Find("strace")!, "--seccomp-bpf", "-f", "-qq", "-s", "4096", "-e", "trace=open,openat,openat2,creat,execve,connect", "-o", trace,
                .. CliProgram.Command, .. arguments,
            ],
            seconds: 120);
        string[] times = File.ReadAllLines(timing)[^1].Split(' ');
        string[] own = [.. given.Select(Path.GetFullPath)];
        return new ConfinedRun(
            result.ExitCode,
            result.Output,
            result.Error,
            TimeSpan.FromSeconds(double.Parse(times[0], CultureInfo.InvariantCulture) + double.Parse(times[1], CultureInfo.InvariantCulture)),
            long.Parse(times[2], CultureInfo.InvariantCulture) << 10,
            [.. File.ReadLines(trace).Where(line => IsStranger(line, own)).Distinct(StringComparer.Ordinal)]);
    }

    public static void Require() => OutsideTool.Require("strace", "time", "qemu-img");

    private bool IsStranger(string line, string[] given)
    {
        if (line.Contains(" connect(", StringComparison.Ordinal))
        {
            return true;
        }

        Match call = Call().Match(line);
        if (!call.Success)
        {
            return false;
        }

        string path = call.Groups["path"].Value;
        if (call.Groups["name"].Value == "execve")
        {
            // The dynamic search for a program in PATH tries folder after folder.
            return !Programs.Contains(Path.GetFileName(path), StringComparer.Ordinal);
        }

        string full = Path.GetFullPath(path);
        return !given.Contains(full, StringComparer.Ordinal)
            && !full.Equals(Own, StringComparison.Ordinal)
            && !full.StartsWith(Own + "/", StringComparison.Ordinal)
            && !Runtime.Any(prefix => (full + "/").StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string RealPath(string path) => new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;

    [GeneratedRegex(@"^\d+ +(?<name>open|openat|openat2|creat|execve)\(((AT_FDCWD|\d+), )?""(?<path>([^""\\]|\\.)*)""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Call();
}
