using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Inspection;

/// <summary>An image opened to look at its guest's files. Nothing can be changed through it.</summary>
public sealed class GuestView : IDisposable
{
    private readonly ImageSource _image;

    private GuestView(ImageSource image, GuestTree files)
    {
        _image = image;
        Files = files;
    }

    public GuestTree Files { get; }

    /// <param name="paths">The image, and the backing files of an overlay: see <see cref="Storage.Disks.DiskImage.OpenChain"/>.</param>
    /// <param name="format">What the image is when its content does not prove it.</param>
    /// <param name="cancellation">Stops a conversion.</param>
    public static GuestView Open(IReadOnlyList<string> paths, DeclaredFormat? format, CancellationToken cancellation = default)
    {
        ImageSource image = ImageSource.Open(paths, format, Path.GetTempPath(), cancellation);
        try
        {
            PartitionTable table = PartitionTable.Read(image.Disk);
            IReadOnlyList<PartitionContent> contents = PartitionContent.Inspect(image.Disk, table);
            return new GuestView(image, new GuestTree(GuestFinder.FindMounts(GuestDisk.Candidates(contents, table))));
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">Not an absolute path, or the guest has no such path.</exception>
    public GuestNode Find(string path)
    {
        GuestPath parsed;
        try
        {
            parsed = GuestPath.Parse(path);
        }
        catch (ArgumentException exception)
        {
            throw new IOException(exception.Message, exception);
        }

        return Files.Find(parsed);
    }

    public void Dispose() => _image.Dispose();
}
