using System.Runtime.InteropServices;

namespace ImagePrep.Cli;

/// <summary>
/// Turns Ctrl-C and a request to end (SIGINT, SIGTERM) into a cancelled token, so that work stops in order and cleans up. A second signal ends the process at
/// once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _atOnce;

    public Interruption()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143)),
        ];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>128 plus the signal's number, as shells report it.</summary>
    public int ExitCode { get; private set; } = 130;

    /// <summary>From now on the first signal ends the process: for commands that may wait for their input for ever, and have nothing to clean up.</summary>
    public void EndAtOnce() => _atOnce = true;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (_atOnce || _source.IsCancellationRequested)
        {
            // Left to the system, which ends the process as if nobody had listened.
            return;
        }

        context.Cancel = true;
        ExitCode = exitCode;
        _source.Cancel();
    }
}
