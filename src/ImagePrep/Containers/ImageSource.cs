using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Containers;

/// <summary>
/// An image that a user named, opened to read its disk: as it is, or as what qemu-img made of it. Whoever uses the disk need not know which.
/// </summary>
public sealed class ImageSource : IDisposable
{
    private readonly ContainerFile? _container;

    private ImageSource(DiskImage disk, ContainerFile? container, string? converter)
    {
        Disk = disk;
        _container = container;
        Converter = converter;
    }

    public DiskImage Disk { get; }

    /// <summary>Full path of the file that the user named.</summary>
    public string Path => _container?.Path ?? Disk.Path;

    /// <summary>Length of that file in bytes.</summary>
    public long FileLength => _container?.FileLength ?? Disk.FileLength;

    /// <summary>Format of that file, as users write it.</summary>
    public string FormatName => _container is null ? NameOf(Disk.Format) : ContainerFile.Name(_container.Format);

    /// <summary>The listed files below it, from the one it lies on down to the base; none for an image that stands alone.</summary>
    public IReadOnlyList<ImageFile> Backing
    {
        get
        {
            List<ImageFile> files = [];
            for (DiskImage? image = Disk.Backing; image is not null; image = image.Backing)
            {
                files.Add(new ImageFile(image.Path, NameOf(image.Format), image.FileLength));
            }

            return files;
        }
    }

    /// <summary>Version line of the program that converted the file; null when none was needed.</summary>
    public string? Converter { get; }

    /// <param name="paths">The file, and the backing files of an overlay: see <see cref="DiskImage.OpenChain"/>.</param>
    /// <param name="declared">What the user says it is; without it, the content must prove raw or qcow2.</param>
    /// <param name="scratch">An existing folder for a converted disk; it is empty of it again when this returns.</param>
    /// <param name="cancellation">Stops a conversion.</param>
    /// <exception cref="UnsupportedImageException">Not handled, not what was declared, or qemu-img is missing.</exception>
    /// <exception cref="CorruptImageException">The image contradicts its own format.</exception>
    public static ImageSource Open(IReadOnlyList<string> paths, DeclaredFormat? declared, string scratch, CancellationToken cancellation)
    {
        string[] full = [.. paths.Select(System.IO.Path.GetFullPath)];
        ContainerFormat? format = declared switch
        {
            DeclaredFormat.Vhd => ContainerFormat.Vhd,
            DeclaredFormat.Vhdx => ContainerFormat.Vhdx,
            DeclaredFormat.Vmdk => ContainerFormat.Vmdk,
            DeclaredFormat.Vdi => ContainerFormat.Vdi,
            _ => null,
        };
        if (format is not { } kind)
        {
            DiskFormat? own = declared switch { DeclaredFormat.Raw => DiskFormat.Raw, DeclaredFormat.Qcow2 => DiskFormat.Qcow2, _ => null };
            return new ImageSource(DiskImage.OpenChain(full, own), container: null, converter: null);
        }

        if (full.Length > 1)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.OtherFile, ContainerFile.Name(kind), "backing files are taken below qcow2 overlays only. Merge the files into one image first.");
        }

        ContainerFile container = ContainerFile.Open(full[0], kind);
        try
        {
            (DiskImage disk, string version) = ContainerConverter.Convert(container, scratch, cancellation);
            return new ImageSource(disk, container, version);
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="DiskImage.VerifyUnchanged"/>
    public void VerifyUnchanged() => Disk.VerifyUnchanged();

    public void Dispose()
    {
        Disk.Dispose();
        _container?.Dispose();
    }

    private static string NameOf(DiskFormat format) => format.ToString().ToLowerInvariant();
}
