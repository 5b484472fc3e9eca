using ImagePrep.Containers;
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
    private readonly ImageSource _source;
    private readonly CancellationTokenSource _stop;
    private readonly Lazy<Task<string>> _digest;

    /// <param name="request">Names the base.</param>
    /// <param name="scratch">An existing folder, where a base in another hypervisor's format is converted.</param>
    /// <param name="cancellation">Stops a conversion, and the digest.</param>
    public BaseImage(PrepareRequest request, string scratch, CancellationToken cancellation)
    {
        _source = ImageSource.Open([request.BasePath], request.BaseFormat, scratch, cancellation);
        try
        {
            Table = PartitionTable.Read(Disk);
            Contents = PartitionContent.Inspect(Disk, Table);
        }
        catch
        {
            _source.Dispose();
            throw;
        }

        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _digest = new Lazy<Task<string>>(() => Task.Run(() => FileDigest.Sha256(_source.Path, _stop.Token), _stop.Token));
    }

    public DiskImage Disk => _source.Disk;

    public PartitionTable Table { get; }

    public IReadOnlyList<PartitionContent> Contents { get; }

    public UnixTime WriteTime => Pipeline.WriteTime.Choose(Contents, Pipeline.WriteTime.FromEnvironment());

    public InspectionReport Inspect() => DiskInspector.Inspect(_source);

    /// <summary>Begins to take the digest, without waiting for it.</summary>
    public void StartDigest() => _ = _digest.Value;

    public BaseDescription Describe() => new(
        _source.FormatName, _source.FileLength, Disk.Length, _digest.Value.GetAwaiter().GetResult(), _source.Converter);

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
        _source.Dispose();
    }
}
