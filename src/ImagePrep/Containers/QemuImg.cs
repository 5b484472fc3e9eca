using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Containers;

/// <summary>
/// Runs qemu-img, the only helper this program ever starts, below prlimit(1): with a bound on its memory, its processor time, its wall clock and the
/// length of what it writes. It gets no shell, no input and no environment but what it needs.
/// </summary>
internal static class QemuImg
{
    /// <summary>What OpenStack allows qemu-img for the same work is 1 GiB; threads of newer versions reserve more than they use.</summary>
    private const long MaxMemory = 4L << 30;

    /// <summary>Its answers are a page of text. What comes beyond is read, so that it does not wait for us, and dropped.</summary>
    private const int MaxText = 64 * 1024;

    public sealed record Result(int ExitCode, string Output, string Error);

    /// <summary>The first line of qemu-img --version.</summary>
    /// <exception cref="UnsupportedImageException">It is not installed.</exception>
    public static string Version(CancellationToken cancellation) =>
        Run(["--version"], TimeSpan.FromSeconds(30), maxFileBytes: 0, cancellation).Output.Split('\n')[0].Trim();

    /// <param name="arguments">For qemu-img.</param>
    /// <param name="limit">Wall clock, and processor time.</param>
    /// <param name="maxFileBytes">No file grows beyond this.</param>
    /// <param name="cancellation">Ends the process.</param>
    public static Result Run(IReadOnlyList<string> arguments, TimeSpan limit, long maxFileBytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using Process process = Start(arguments, limit, maxFileBytes);
        StringBuilder output = new();
        StringBuilder error = new();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        using CancellationTokenRegistration stop = cancellation.Register(() => Kill(process));
        if (!process.WaitForExit(limit))
        {
            Kill(process);
            process.WaitForExit();
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, "qemu-img", $"it was stopped after {limit.TotalSeconds} s. Convert the image yourself: {Command}.");
        }

        // Without a limit this also waits for the last lines of both outputs.
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return new Result(process.ExitCode, output.ToString(), PrintableText.From(error.ToString().Trim()));
    }

    private const string Command = "qemu-img convert -f vpc|vhdx|vmdk|vdi -O qcow2 INPUT OUTPUT";

    private static Process Start(IReadOnlyList<string> arguments, TimeSpan limit, long maxFileBytes)
    {
        string program = Find("qemu-img") ?? throw Missing("qemu-img", "qemu-utils (Debian, Ubuntu) or qemu-img (Fedora, Alpine)");
        string limiter = Find("prlimit") ?? throw Missing("prlimit", "util-linux");
        ProcessStartInfo start = new(limiter)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--as={MaxMemory}"));
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--cpu={(long)limit.TotalSeconds}"));
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--fsize={maxFileBytes}"));
        start.ArgumentList.Add("--core=0");
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"{limiter} cannot be started: {exception.Message}", exception);
        }
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathRooted)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static UnsupportedImageException Missing(string program, string package) => new(
        UnsupportedKind.Format,
        "image format",
        $"{program} is not installed; images of other hypervisors are converted with it. Install the package {package}, or convert the image elsewhere: {Command}.");

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line.AsSpan(0, Math.Min(line.Length, Math.Max(0, MaxText - text.Length)))).Append('\n');
            }
        }
    }
}
