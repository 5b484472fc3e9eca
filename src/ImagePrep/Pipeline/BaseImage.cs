using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Inspection;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Pipeline;

/// <summary>The base of a run: opened once, read only; its digest is taken on another core while the work goes on.</summary>
internal sealed class BaseImage : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Lazy<Task<string>> _digest;

    public BaseImage(PrepareRequest request, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(request.BasePath);
        Disk = DiskImage.Open(path, request.BaseFormat);
        try
        {
            Table = PartitionTable.Read(Disk);
            Contents = PartitionContent.Inspect(Disk, Table);
        }
        catch
        {
            Disk.Dispose();
            throw;
        }

        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _digest = new Lazy<Task<string>>(() => Task.Run(() => FileDigest.Sha256(path, _stop.Token), _stop.Token));
    }

    public DiskImage Disk { get; }

    public PartitionTable Table { get; }

    public IReadOnlyList<PartitionContent> Contents { get; }

    public UnixTime WriteTime => Pipeline.WriteTime.Choose(Contents, Pipeline.WriteTime.FromEnvironment());

    public InspectionReport Inspect() => DiskInspector.Inspect(Disk);

    /// <summary>Begins to take the digest, without waiting for it.</summary>
    public void StartDigest() => _ = _digest.Value;

    public BaseDescription Describe() => new(FormatName, Disk.FileLength, Disk.Length, _digest.Value.GetAwaiter().GetResult());

    public void Dispose()
    {
        _stop.Cancel();
        if (_digest.IsValueCreated)
        {
            try
            {
                _digest.Value.Wait();
            }
            catch (AggregateException)
            {
                // A digest that failed or was stopped matters only to whoever asked for it; the run is over.
            }
        }

        _stop.Dispose();
        Disk.Dispose();
    }

    private string FormatName => Disk.Format.ToString().ToLowerInvariant();
}
