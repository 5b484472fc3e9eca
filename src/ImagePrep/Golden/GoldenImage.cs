using System.Security.Cryptography;
using ImagePrep.Errors;
using ImagePrep.Pipeline;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;

namespace ImagePrep.Golden;

/// <summary>A golden image and its document, opened to stamp nodes from.</summary>
public sealed class GoldenImage : IDisposable
{
    private GoldenImage(string path, GoldenDocument document, DiskImage disk)
    {
        Path = path;
        Document = document;
        Disk = disk;
    }

    /// <summary>Full path of the image file.</summary>
    public string Path { get; }

    public GoldenDocument Document { get; }

    public DiskImage Disk { get; }

    /// <summary>Opens the image beside a golden.json, and checks that it is the one described there.</summary>
    /// <exception cref="RecipeException">The document is not one.</exception>
    /// <exception cref="VerificationException">The image is not the one described.</exception>
    public static GoldenImage Open(string documentPath, CancellationToken cancellation)
    {
        GoldenDocument document = GoldenDocumentReader.Read(File.ReadAllText(documentPath), documentPath);
        GoldenImage image = Open(documentPath, document);
        try
        {
            string digest = FileDigest.Sha256(image.Path, cancellation);
            if (digest != document.Golden.Sha256)
            {
                throw new VerificationException(
                    $"{image.Path} is not the image that {documentPath} describes: its SHA-256 is {digest}, described is {document.Golden.Sha256}. "
                    + "A golden image must not be booted or changed; prepare it again.");
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Opens an image that this run has just written and verified.</summary>
    internal static GoldenImage Open(string documentPath, GoldenDocument document)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(documentPath))!;
        string path = System.IO.Path.Combine(folder, document.Golden.File);
        DiskImage disk = DiskImage.Open(path, DiskFormat.Qcow2);
        try
        {
            GoldenImage image = new(path, document, disk);
            foreach (SlotDescription slot in document.Slots)
            {
                image.RequirePlaceholder(slot);
            }

            return image;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <exception cref="VerificationException">The image has no such slot: its recipe did not ask for it.</exception>
    public SlotDescription Slot(string name) => Document.Slots.FirstOrDefault(slot => slot.Name == name)
        ?? throw new VerificationException($"{Path} has no slot {name}, so no node can be stamped from it; prepare it with the steps reset-identity and add-node-entropy.");

    public void Dispose() => Disk.Dispose();

    /// <summary>The bytes of one slot, as a disk holds them.</summary>
    public static byte[] ReadSlot(IBlockReader disk, SlotDescription slot)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(slot);
        // It may be a seed: what the collector cannot move, its reader can wipe.
        byte[] content = GC.AllocateArray<byte>(slot.Length, pinned: true);
        int done = 0;
        foreach (RangeDescription range in slot.Ranges)
        {
            int count = checked((int)range.Length);
            disk.ReadAt(range.Start, content.AsSpan(done, count));
            done += count;
        }

        return content;
    }

    private void RequirePlaceholder(SlotDescription slot)
    {
        // What is wrong with a slot by itself was refused with the document.
        bool fits = slot.Ranges.All(range => range.Start <= Disk.Length - range.Length);
        if (!fits || Convert.ToHexStringLower(SHA256.HashData(ReadSlot(Disk, slot))) != slot.PlaceholderSha256)
        {
            throw new VerificationException(
                $"The slot {slot.Name} of {Path} does not hold its placeholder, so nothing was stamped. The image was booted or changed; prepare it again.");
        }
    }
}
