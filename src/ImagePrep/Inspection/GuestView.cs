using ImagePrep.Containers;
using ImagePrep.Guests;
using ImagePrep.Storage.Errors;

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
            return new GuestView(image, new GuestTree(DiskLayout.Read(image.Disk).FindMounts()));
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Finds what a person typed, as the guest's own programs would find it.</summary>
    /// <exception cref="IOException">Not an absolute path, or the guest has no such path; the message tells how far it leads.</exception>
    public GuestNode Find(string path, bool followLast = true) =>
        Files.Resolve(path, followLast, out string obstacle) ?? throw new FileNotFoundException($"The guest has no {PrintableText.From(path)}: {obstacle}.");

    public void Dispose() => _image.Dispose();
}
