using System.Text.Json;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Containers;

/// <summary>
/// Has qemu-img turn a proven container into a qcow2 file, which is then read like any other. The format is always passed, never guessed, and the
/// image is asked about before it is converted.
/// </summary>
internal static class ContainerConverter
{
    /// <summary>Far above any guest; what is larger is a field somebody made up.</summary>
    public const long MaxVirtualBytes = 16L << 40;

    /// <summary>Compressed containers hold a few times their length; a file that would grow beyond this is meant to fill the host's disk.</summary>
    private const long MaxGrowth = 64;

    /// <summary>What a small container may grow to all the same, tables included.</summary>
    private const long SmallOutput = 1L << 30;

    private static readonly TimeSpan InfoLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ConvertLimit = TimeSpan.FromMinutes(30);

    /// <returns>The converted disk, and the version line of the converter. The file has no name any more: it is gone when the disk is closed.</returns>
    public static (DiskImage Disk, string Version) Convert(ContainerFile container, string scratch, CancellationToken cancellation)
    {
        string version = QemuImg.Version(cancellation);
        string format = QemuName(container.Format);
        QemuImg.Result info = QemuImg.Run(["info", "--output=json", "-f", format, container.Path], InfoLimit, maxFileBytes: 0, cancellation);
        Require(info, container);
        CheckInfo(info.Output, container);

        string folder = Path.Combine(scratch, $".imageprep-convert-{Path.GetRandomFileName()}");
        CreatePrivate(folder);
        try
        {
            string target = Path.Combine(folder, "disk.qcow2");
            long maxBytes = Math.Min(long.MaxValue / MaxGrowth, container.FileLength) * MaxGrowth;
            Require(
                QemuImg.Run(
                    ["convert", "-f", format, "-O", "qcow2", container.Path, target], ConvertLimit, Math.Max(maxBytes, SmallOutput), cancellation),
                container);
            container.VerifyUnchanged();

            // The open file outlives its name, so no way out of this program leaves it behind.
            return (DiskImage.Open(target, DiskFormat.Qcow2), version);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The converted disk holds what the base holds, private keys included: nobody else may look in.</summary>
    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string QemuName(ContainerFormat format) => format == ContainerFormat.Vhd ? "vpc" : ContainerFile.Name(format);

    private static void Require(QemuImg.Result result, ContainerFile container)
    {
        if (result.ExitCode != 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Format,
                ContainerFile.Name(container.Format),
                $"qemu-img cannot read '{container.Path}': {result.Error}");
        }
    }

    /// <summary>What qemu-img says of it must be one file of a sane size: a second opinion beside our own look at the bytes.</summary>
    private static void CheckInfo(string json, ContainerFile container)
    {
        string structure = ContainerFile.Name(container.Format);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement info = document.RootElement;
            long bytes = info.GetProperty("virtual-size").GetInt64();
            if (bytes is <= 0 or > MaxVirtualBytes)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Limit, structure, $"its disk has {bytes} bytes; more than none and at most {MaxVirtualBytes} are handled.");
            }

            bool namesAnother = info.TryGetProperty("backing-filename", out _) || info.TryGetProperty("full-backing-filename", out _);
            if (info.TryGetProperty("format-specific", out JsonElement specific)
                && specific.GetProperty("data").TryGetProperty("extents", out JsonElement extents))
            {
                namesAnother |= extents.GetArrayLength() != 1 || extents[0].GetProperty("filename").GetString() != container.Path;
            }

            if (namesAnother)
            {
                throw new UnsupportedImageException(UnsupportedKind.OtherFile, structure, "it names a second file. Merge both into one image first.");
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UnsupportedImageException(UnsupportedKind.Format, structure, $"what qemu-img says of it was not understood: {exception.Message}");
        }
    }
}
