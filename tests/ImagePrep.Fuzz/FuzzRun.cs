using System.Diagnostics;

namespace ImagePrep.Fuzz;

/// <summary>An input that broke a rule.</summary>
/// <param name="Execution">Number of the execution: with the same seeds it is made again.</param>
/// <param name="Input">The bytes.</param>
/// <param name="What">The exception, or the limit.</param>
public sealed record FuzzFinding(long Execution, byte[] Input, string What);

/// <param name="Target">Name of the target.</param>
/// <param name="Executions">How many inputs ran.</param>
/// <param name="Accepted">How many of them were not refused.</param>
/// <param name="Processor">Processor time of the whole process: the clock says little on a machine that others share.</param>
/// <param name="Findings">One for each kind.</param>
public sealed record FuzzResult(string Target, long Executions, long Accepted, TimeSpan Processor, IReadOnlyList<FuzzFinding> Findings)
{
    /// <summary>Executions in one second of processor time.</summary>
    public double Rate => Executions / Math.Max(Processor.TotalSeconds, 1e-3);
}

/// <summary>Runs a target, execution by execution, each within limits of time and memory.</summary>
public static class FuzzRun
{
    /// <summary>Bytes one execution may allocate: what a parser holds is bounded by the image, and these are below 2 MiB.</summary>
    public const long MaxAllocated = 256L << 20;

    /// <summary>Each input takes milliseconds at most; a busy machine gets a second chance.</summary>
    public static readonly TimeSpan SlowLimit = TimeSpan.FromSeconds(5);

    /// <summary>Nothing but an endless loop takes this long. The process ends, since no thread can be stopped from outside.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private const int MaxFindings = 20;

    /// <param name="target">What to run.</param>
    /// <param name="executions">How often.</param>
    /// <param name="first">Number of the first execution.</param>
    /// <param name="deadline">Ends the run early.</param>
    public static FuzzResult Run(FuzzTarget target, long executions, long first = 0, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        Mutation mutation = new(target);
        Dictionary<string, FuzzFinding> findings = new(StringComparer.Ordinal);
        using Watchdog watchdog = new(target.Name, HangLimit);
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long accepted = 0;
        long done = 0;
        for (; done < executions && findings.Count < MaxFindings && (deadline is null || watch.Elapsed < deadline); done++)
        {
            long number = first + done;
            Memory<byte> input = mutation.Next(new Random(unchecked((int)(number * 2_654_435_761))));
            watchdog.Start(number, input);
            (bool isAccepted, string? kind, string? what) = Judge(target, input);
            watchdog.Stop();
            accepted += isAccepted ? 1 : 0;
            if (kind is not null)
            {
                findings.TryAdd(kind, new FuzzFinding(number, input.ToArray(), what!));
            }
        }

        if (!mutation.SeedsAreWhole())
        {
            findings.TryAdd("input", new FuzzFinding(first, [], "a parser changed its input in this run"));
        }

        return new FuzzResult(target.Name, done, accepted, Environment.CpuUsage.TotalTime - before, [.. findings.Values]);
    }

    /// <summary>Runs one input. The second and third values are null when it kept all rules.</summary>
    public static (bool Accepted, string? Kind, string? What) Judge(FuzzTarget target, Memory<byte> input)
    {
        ArgumentNullException.ThrowIfNull(target);
        bool accepted = false;
        TimeSpan fastest = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 2 && fastest > SlowLimit; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            try
            {
                target.Execute(input);
                accepted = true;
            }
            catch (Exception exception) when (target.IsDocumented(exception))
            {
                if (string.IsNullOrWhiteSpace(exception.Message))
                {
                    return (false, "no message", exception.ToString());
                }
            }
            catch (Exception exception)
            {
                string place = exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("ImagePrep", StringComparison.Ordinal))?.Trim() ?? "";
                string kind = exception is BrokenPromiseException ? exception.Message : $"{exception.GetType().Name} {place}";
                return (false, kind, exception.ToString());
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > MaxAllocated)
            {
                return (accepted, "memory", $"allocated {allocated >> 20} MiB");
            }

            fastest = Stopwatch.GetElapsedTime(start);
        }

        return fastest > SlowLimit ? (accepted, "time", $"took {fastest.TotalSeconds:0.0} s twice") : (accepted, null, null);
    }

    /// <summary>Ends the process when one execution does not end, and leaves its input in the temporary folder.</summary>
    private sealed class Watchdog : IDisposable
    {
        private readonly Timer _timer;
        private readonly string _target;
        private readonly TimeSpan _limit;
        private (long Number, Memory<byte> Input, long Start)? _current;

        public Watchdog(string target, TimeSpan limit)
        {
            _target = target;
            _limit = limit;
            _timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        }

        public void Start(long number, Memory<byte> input)
        {
            lock (_timer)
            {
                _current = (number, input, Stopwatch.GetTimestamp());
            }
        }

        public void Stop()
        {
            lock (_timer)
            {
                _current = null;
            }
        }

        public void Dispose() => _timer.Dispose();

        private void Look()
        {
            lock (_timer)
            {
                if (_current is { } current && Stopwatch.GetElapsedTime(current.Start) > _limit)
                {
                    string path = Path.Combine(Path.GetTempPath(), $"imageprep-fuzz-hang-{_target}-{current.Number}");
                    File.WriteAllBytes(path, current.Input.Span);
                    Environment.FailFast($"{_target}, execution {current.Number}: no end after {_limit.TotalSeconds} s; the input is {path}");
                }
            }
        }
    }
}
