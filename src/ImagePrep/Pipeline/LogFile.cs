using Serilog;
using Serilog.Core;
using Serilog.Formatting.Json;

namespace ImagePrep.Pipeline;

/// <summary>The log in the output folder: one JSON object a line, for machines and for whoever asks later what happened.</summary>
public sealed class LogFile(string path) : IProgressObserver, IDisposable
{
    /// <summary>Its name in the output folder.</summary>
    public const string Name = "imageprep.log";

    private readonly Logger _log = new LoggerConfiguration().WriteTo.File(new JsonFormatter(renderMessage: true), path).CreateLogger();

    public void Phase(string name) => _log.Information("{Phase}", name);

    public void Advance(long done, long total)
    {
        // How far a phase is matters while it lasts; afterwards only that it was reached.
    }

    public void Remark(string text) => _log.Warning("{Remark}", text);

    public void Dispose() => _log.Dispose();
}
