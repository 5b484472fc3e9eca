using ImagePrep.Catalog;
using ImagePrep.Containers;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Inspection;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Pipeline;

/// <summary>The base of a run: opened once, read only; the digests of its files are taken on another core while the work goes on.</summary>
internal sealed class BaseImage : IDisposable
{
    private readonly ImageSource _source;
    private readonly GuestCatalog _catalog;
    private readonly CancellationTokenSource _stop;
    private readonly Lazy<Task<string[]>> _digests;

    /// <param name="request">Names the base.</param>
    /// <param name="scratch">An existing folder, where a base in another hypervisor's format is converted.</param>
    /// <param name="cancellation">Stops a conversion, and the digest.</param>
    public BaseImage(PrepareRequest request, string scratch, CancellationToken cancellation)
    {
        _source = ImageSource.Open([request.BasePath, .. request.Backing], request.BaseFormat, scratch, cancellation);
        _catalog = request.Catalog;
        try
        {
            (Table, Contents) = DiskLayout.Read(Disk);
        }
        catch
        {
            _source.Dispose();
            throw;
        }

        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        string[] files = [_source.Path, .. _source.Backing.Select(file => file.Path)];
        _digests = new Lazy<Task<string[]>>(() => Task.Run<string[]>(() => [.. files.Select(file => FileDigest.Sha256(file, _stop.Token))], _stop.Token));
    }

    /// <summary>The files of the base, from the overlay down.</summary>
    public IReadOnlyList<ImageFile> Files => [new ImageFile(_source.Path, _source.FormatName, _source.FileLength), .. _source.Backing];

    public DiskImage Disk => _source.Disk;

    public PartitionTable Table { get; }

    public IReadOnlyList<PartitionContent> Contents { get; }

    public UnixTime WriteTime => Pipeline.WriteTime.Choose(Contents, Pipeline.WriteTime.FromEnvironment());

    public InspectionReport Inspect() => DiskInspector.Inspect(_source, _catalog);

    /// <summary>Begins to take the digests, without waiting for them.</summary>
    public void StartDigest() => _ = _digests.Value;

    /// <summary>What was read, pinned by digests. Call after the last read.</summary>
    /// <exception cref="IOException">A file changed meanwhile, so that its digest may not be that of what was read.</exception>
    public BaseDescription Describe()
    {
        string[] digests = _digests.Value.GetAwaiter().GetResult();
        _source.VerifyUnchanged();
        BackingDescription[] backing = [.. _source.Backing.Zip(digests.Skip(1), (file, digest) => new BackingDescription(file.Format, file.Length, digest))];
        return new BaseDescription(
            _source.FormatName, _source.FileLength, Disk.Length, digests[0], _source.Converter, backing.Length > 0 ? backing : null);
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (_digests.IsValueCreated)
        {
            try
            {
                _digests.Value.Wait();
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
