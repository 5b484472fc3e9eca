using ImagePrep.Pipeline;
using Serilog;
using Serilog.Core;
using Spectre.Console;

namespace ImagePrep.Cli.Rendering;

/// <summary>
/// Tells people and machines how a run goes on: on a terminal a line that shows the phase and how far it is, elsewhere one line a phase, and always
/// the log file of the output folder.
/// </summary>
internal sealed class RunLog : IProgressObserver, IDisposable
{
    private const int BarWidth = 30;

    private readonly LogFile _file;
    private readonly Logger? _console;
    private readonly bool _isTerminal = !Console.IsErrorRedirected && AnsiConsole.Profile.Capabilities.Ansi;
    private string _phase = "";
    private long _shown = -1;
    private bool _disposed;

    public RunLog(string path)
    {
        _file = new LogFile(path);
        _console = _isTerminal ? null : new LoggerConfiguration()
            .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Message:lj}{NewLine}", standardErrorFromLevel: Serilog.Events.LogEventLevel.Verbose)
            .CreateLogger();
    }

    public void Phase(string name)
    {
        EndLine();
        _phase = name;
        _shown = -1;
        _file.Phase(name);
        _console?.Information("{Phase}", name);
        Show("");
    }

    public void Advance(long done, long total)
    {
        long percent = total > 0 ? done * 100 / total : 100;
        if (Interlocked.Exchange(ref _shown, percent) != percent)
        {
            int full = (int)(percent * BarWidth / 100);
            Show($" [{new string('#', full)}{new string('.', BarWidth - full)}] {percent,3} %");
        }
    }

    public void Remark(string text)
    {
        EndLine();
        _file.Remark(text);
        if (_console is null)
        {
            Console.Error.WriteLine(text);
        }
        else
        {
            _console.Warning("{Remark}", text);
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        EndLine();
        _file.Dispose();
        _console?.Dispose();
    }

    private void Show(string progress)
    {
        if (_isTerminal)
        {
            Console.Error.Write($"\r\x1b[K{_phase}{progress}");
        }
    }

    private void EndLine()
    {
        if (_isTerminal && _phase.Length > 0)
        {
            Console.Error.WriteLine($"\r\x1b[K{_phase}: done");
            _phase = "";
        }
    }
}
