using System.Reflection;
using System.Security.Cryptography;
using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Pipeline;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;

namespace ImagePrep.Golden;

/// <summary>Writes the edited disk in one pass, live blocks only, and describes it.</summary>
internal static class GoldenWriter
{
    /// <summary>Writes, verifies and only then names the image.</summary>
    /// <exception cref="VerificationException">What was written does not read back as intended; it was removed.</exception>
    public static WrittenImage Write(GoldenParts parts, string path, IProgressObserver observer, CancellationToken cancellation)
    {
        parts.Disk.Files.Flush();
        parts.Grubs.RequireUntouchedOn(parts.Disk.Device);
        IBlockReader live = parts.Erasure is { } erasure ? new MaskedReader(parts.Disk.Device, erasure.Ranges) : parts.Disk.Device;
        GoldenCheck check = new(parts, live);
        return ImageWriter.Write(
            live,
            path,
            new OutputOptions { Format = DiskFormat.Qcow2, Compression = parts.Compression, Verify = check.Verify },
            new PhaseProgress(observer),
            cancellation);
    }

    public static GoldenDocument Document(GoldenParts parts, BaseDescription baseImage, WrittenImage written, string fileName) => new()
    {
        Schema = GoldenDocument.CurrentSchema,
        Tool = new ToolDescription("imageprep", ToolVersion),
        Base = baseImage,
        Recipe = new RecipeDescription(parts.Recipe.Name, parts.Recipe.Digest),
        Catalogs = parts.Catalogs.Count > 0 ? parts.Catalogs : null,
        Guest = Descriptions.Of(parts.Disk.Guest),
        NodeEntropy = Descriptions.NodeEntropyOf(parts.Recipe, parts.Disk.Files),
        WriteTime = parts.WriteTime.Seconds,
        TableBefore = parts.TableBefore,
        TableAfter = Descriptions.Of(parts.Disk.Table, parts.Disk.Contents),
        Steps = [.. parts.Outcomes.Select(outcome => Descriptions.Of(outcome.Name, outcome.Outcome))],
        RemovedSecrets = parts.Context.RemovedSecrets,
        Reported = parts.Context.Reported,
        DeviceOrder = parts.DeviceOrder,
        Erased = parts.Erasure is null ? null : Descriptions.Of(parts.Erasure),
        Slots = [.. parts.Context.Slots.Select(slot => Describe(slot, parts.Disk.Files))],
        Golden = new GoldenFileDescription(fileName, "qcow2", written.VirtualSize, written.Sha256!),
    };

    public static string ToolVersion { get; } =
        typeof(GoldenWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private static SlotDescription Describe(Slot slot, GuestEditor files) => new(
        slot.Name,
        slot.Path.ToString(),
        slot.Placeholder.Length,
        [.. GuestTree.DiskRanges(files.Find(slot.Path)).Select(range => new RangeDescription(range.Start, range.Length))],
        Convert.ToHexStringLower(SHA256.HashData(slot.Placeholder)));

    /// <summary>Passes the progress of the copy on to the observer.</summary>
    private sealed class PhaseProgress(IProgressObserver observer) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value) => observer.Advance(value.Done, value.Total);
    }
}
