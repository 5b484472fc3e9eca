using System.Runtime.ExceptionServices;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>Threads that work on one queue. The first failure ends everybody's work and is the one the caller sees.</summary>
internal sealed class WorkerCrew(ChunkQueue queue)
{
    private Exception? _failure;

    public bool HasFailed => _failure is not null;

    /// <summary>Does the work on a thread of its own.</summary>
    public Task Start(Action work) =>
        Task.Factory.StartNew(() => Run(work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Does the work on a thread of its own; the result is null when it failed.</summary>
    public Task<T?> Start<T>(Func<T> work)
        where T : class => Task.Factory.StartNew(
            () =>
            {
                T? result = null;
                Run(() => result = work());
                return result;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    /// <summary>Does the work here.</summary>
    public void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            queue.Stop();
        }
    }

    public void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
