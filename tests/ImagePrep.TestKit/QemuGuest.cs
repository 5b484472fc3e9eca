using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ImagePrep.TestKit;

/// <summary>What a command in the guest printed, both streams together, and returned.</summary>
public sealed record GuestResult(int ExitCode, string Output)
{
    /// <summary>The output without the line end at its end; throws with everything printed unless the command returned 0.</summary>
    public string EnsureSuccess(string what) => ExitCode == 0
        ? Output
        : throw new InvalidOperationException($"In the guest, {what} returned {ExitCode}.\n{Output}");
}

/// <summary>
/// A disk image booted in QEMU and spoken to over its serial console. Skips the test when QEMU is absent. Whatever goes wrong is a
/// <see cref="QemuGuestException"/> that ends with the last lines of the console.
/// </summary>
public sealed partial class QemuGuest : IDisposable
{
    private const string Program = "qemu-system-x86_64";

    // A terminal in line mode takes no longer line; what is beyond is lost without a word.
    private const int LongestLine = 4000;

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(40);

    private readonly QemuOptions _options;
    private readonly Process _process;
    private readonly QemuConsole _console;
    private readonly Task<string> _complaints;

    // Part of every marker, so that no output of a command can be taken for one.
    private readonly string _token = Guid.NewGuid().ToString("N")[..8];
    private bool _atPrompt;
    private bool _loggedIn;
    private int _commands;

    private QemuGuest(QemuOptions options, Process process)
    {
        _options = options;
        _process = process;
        _console = new QemuConsole(process.StandardOutput.BaseStream, process.StandardInput.BaseStream);
        _complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Everything the serial console has shown, from the boot loader on.</summary>
    public string ConsoleLog => _console.Text;

    public bool HasExited => _process.HasExited;

    /// <summary>Switches the machine on.</summary>
    public static QemuGuest Start(QemuOptions options)
    {
        OutsideTool.Require(Program);
        ProcessStartInfo start = new(OutsideTool.Find(Program)!, options.ToArguments())
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new QemuGuest(options, Process.Start(start)!);
    }

    /// <summary>Waits until the boot has come to its login prompt.</summary>
    public void WaitForLogin(TimeSpan? limit = null)
    {
        if (!_atPrompt)
        {
            TimeSpan allowed = limit ?? BootLimit;
            _ = _console.Expect(LoginPrompt(), allowed) ?? throw Failure($"no login prompt within {allowed.TotalSeconds:0} s");
            _atPrompt = true;
        }
    }

    /// <summary>Runs a shell command as the user who logs in, logging in first if need be. Its standard input is empty.</summary>
    public GuestResult Run(string command, int seconds = 120)
    {
        LogIn();
        string id = string.Create(CultureInfo.InvariantCulture, $"{_token}-{++_commands}");

        // eval in a subshell: a syntax error or an exit ends the command, not the session. The markers are put together by printf,
        // so that the line itself, should the terminal echo it, holds none.
        string quoted = "'" + command.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
        SendLine($"printf '<%s {id}>\\n' begin; (eval {quoted}) </dev/null 2>&1; printf '<%s {id} %d>\\n' end $?");
        Regex answer = new($@"<begin {id}>\n(?<output>.*?)<end {id} (?<code>\d+)>\n", RegexOptions.Singleline | RegexOptions.CultureInvariant);
        if (_console.Expect(answer, TimeSpan.FromSeconds(seconds)) is not { } match)
        {
            QemuGuestException failure = Failure($"no end of this command within {seconds} s: {command}");
            Interrupt();
            throw failure;
        }

        int exitCode = int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture);
        return new GuestResult(exitCode, match.Groups["output"].Value.TrimEnd('\n'));
    }

    /// <summary>Waits for a line of a guest that nobody logs in to, and returns it.</summary>
    public string WaitForLine(string start, TimeSpan limit) =>
        _console.Expect(new Regex(Regex.Escape(start) + "[^\r\n]*[\r\n]", RegexOptions.CultureInvariant), limit)?.Value.TrimEnd()
        ?? throw Failure($"no line with \"{start}\" within {limit.TotalSeconds:0} s");

    /// <summary>Shuts the guest down the way a person would and waits until the machine is off.</summary>
    public void Shutdown(int seconds = 180)
    {
        LogIn();
        SendLine("poweroff");
        if (!_process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            throw Failure($"still running {seconds} s after poweroff");
        }

        if (_process.ExitCode != 0)
        {
            throw Failure($"QEMU returned {_process.ExitCode}");
        }
    }

    /// <summary>Cuts the power.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void LogIn()
    {
        if (_loggedIn)
        {
            return;
        }

        WaitForLogin();
        for (int attempt = 0; attempt < 3; attempt++)
        {
            // getty and login each throw away what was typed before they asked: an unanswered prompt is asked for again.
            SendLine(_options.User);
            if (_console.Expect(PasswordPrompt(), AnswerLimit) is null)
            {
                continue;
            }

            SendLine(_options.Password);
            if (SetUpShell())
            {
                _loggedIn = true;
                return;
            }
        }

        throw Failure($"could not log in as {_options.User}");
    }

    // A plain shell without line editing, on a terminal that neither echoes nor wraps, with nobody else writing to it: no kernel
    // messages, and no status lines of systemd (what its manual says SIGRTMIN+21 does; other inits ignore it).
    private bool SetUpShell()
    {
        string plainShell = $"exec env TERM=dumb PS1= PS2= sh -c 'stty -echo cols 1000; dmesg -n 1; kill -55 1; printf \"<%s {_token}>\\n\" ready; exec sh'";
        Regex answer = new($"<ready {_token}>|Login incorrect", RegexOptions.CultureInvariant);
        for (int attempt = 0; attempt < 6; attempt++)
        {
            // The start of a line typed before the shell reads is lost. So wait for its prompt; should a message of the system hide
            // that, a line may still have been cut, quotes and all: the next attempt begins with Ctrl-C.
            if (_console.Expect(ShellPrompt(), AnswerLimit) is { } prompt && prompt.Value[0] == 'L')
            {
                return false;
            }

            if (attempt > 0)
            {
                Interrupt();
            }

            SendLine(plainShell);
            if (_console.Expect(answer, AnswerLimit) is { } match)
            {
                return match.Value[0] == '<';
            }
        }

        return false;
    }

    // Ctrl-C, so that the session can still shut the guest down.
    private void Interrupt()
    {
        if (!_process.HasExited)
        {
            SendLine("\x03");
        }
    }

    private void SendLine(string text)
    {
        if (text.Split('\n').Any(line => line.Length > LongestLine))
        {
            throw new ArgumentException($"A line of a guest command may have {LongestLine} characters at most.", nameof(text));
        }

        try
        {
            _console.Send(text + "\n");
        }
        catch (IOException)
        {
            throw Failure("the machine is off");
        }
    }

    private QemuGuestException Failure(string what)
    {
        // QEMU explains itself on standard error and ends; while it runs there is nothing to wait for.
        string complaints = _process.HasExited ? _complaints.Result : "";
        string state = _process.HasExited ? $"QEMU ended with {_process.ExitCode}" : "QEMU is running";
        string[] lines = ConsoleLog.Split('\n');
        string tail = string.Join('\n', lines.TakeLast(60));
        return new QemuGuestException($"{_options.Image}: {what} ({state}).\n{complaints}\n--- last lines of the console ---\n{tail}");
    }

    [GeneratedRegex(@"\S login: ", RegexOptions.CultureInvariant)]
    private static partial Regex LoginPrompt();

    [GeneratedRegex(@"[#$] \z|Login incorrect", RegexOptions.CultureInvariant)]
    private static partial Regex ShellPrompt();

    [GeneratedRegex("Password: ", RegexOptions.CultureInvariant)]
    private static partial Regex PasswordPrompt();
}

/// <summary>A guest did not do what it was asked to.</summary>
public sealed class QemuGuestException(string message) : Exception(message);
