using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Fat;

namespace ImagePrep.Storage.FileSystems;

/// <summary>One kind of file system that can be read and edited, and the list of all of them: the only place that knows which there are.</summary>
public sealed class FileSystemDriver
{
    private readonly Func<IBlockReader, bool> _claims;
    private readonly Func<IBlockReader, IFileSystemReader> _openForReading;
    private readonly EditorOpener _openForEditing;
    private readonly Func<IBlockReader, IReadOnlyList<string>> _verify;

    private FileSystemDriver(
        string type,
        Func<IBlockReader, bool> claims,
        Func<IBlockReader, IFileSystemReader> openForReading,
        EditorOpener openForEditing,
        Func<IBlockReader, IReadOnlyList<string>> verify)
    {
        Type = type;
        _claims = claims;
        _openForReading = openForReading;
        _openForEditing = openForEditing;
        _verify = verify;
    }

    private delegate IFileSystem EditorOpener(IBlockDevice device, UnixTime writeTime, out string recovery);

    public static IReadOnlyList<FileSystemDriver> All { get; } =
    [
        new("ext", ExtFileSystem.IsExt, ExtFileSystem.OpenForReading, OpenExt, ExtCheck.Verify),
        new("vfat", FatFileSystem.IsFat, FatFileSystem.OpenForReading, OpenFat, FatCheck.Verify),
    ];

    /// <summary>Family name: "ext" for ext2/3/4, "vfat" for FAT12/16/32. The file system itself tells the exact type.</summary>
    public string Type { get; }

    /// <summary>The driver for what <see cref="ContentProbe"/> recognises, or null. The device may still be damaged or not handled.</summary>
    /// <inheritdoc cref="ContentProbe.Recognise" path="/exception"/>
    public static FileSystemDriver? Find(IBlockReader device)
    {
        string type = ContentProbe.Recognise(device);
        return All.FirstOrDefault(driver => driver.Type == type);
    }

    /// <summary>The one driver whose magic numbers a device carries, or null.</summary>
    /// <exception cref="UnsupportedImageException">Two claim it: only its maker knows which of them counts.</exception>
    internal static FileSystemDriver? Claiming(IBlockReader device)
    {
        FileSystemDriver[] claiming = [.. All.Where(driver => driver._claims(device))];
        return claiming.Length <= 1 ? claiming.FirstOrDefault() : throw Ambiguous(claiming.Select(driver => driver.Type));
    }

    internal static UnsupportedImageException Ambiguous(IEnumerable<string> types) => new(
        UnsupportedKind.Ambiguous, "file system", $"the partition carries the marks of {string.Join(" and of ", types)}. Remove the stale one with wipefs.");

    /// <inheritdoc cref="ExtFileSystem.OpenForReading"/>
    public IFileSystemReader OpenForReading(IBlockReader device) => _openForReading(device);

    /// <inheritdoc cref="ExtFileSystem.OpenForEditing(IBlockDevice, UnixTime)"/>
    /// <param name="device">Changes are made in place; give an overlay to keep the base untouched.</param>
    /// <param name="writeTime">The time of every change.</param>
    /// <param name="recovery">For people: what a machine that was not shut down had left undone and was finished; empty when nothing was.</param>
    public IFileSystem OpenForEditing(IBlockDevice device, UnixTime writeTime, out string recovery) => _openForEditing(device, writeTime, out recovery);

    /// <summary>Checks the whole file system without changing it. Returns what is wrong, one sentence each; nothing for a sound one.</summary>
    /// <exception cref="UnsupportedImageException">The file system has a feature that cannot be read, or is not clean.</exception>
    public IReadOnlyList<string> Verify(IBlockReader device) => _verify(device);

    private static IFileSystem OpenExt(IBlockDevice device, UnixTime writeTime, out string recovery)
    {
        IFileSystem fileSystem = ExtFileSystem.OpenForEditing(device, writeTime, out ExtRecovery finished);
        recovery = finished.ToString();
        return fileSystem;
    }

    private static IFileSystem OpenFat(IBlockDevice device, UnixTime writeTime, out string recovery)
    {
        recovery = "";
        return FatFileSystem.OpenForEditing(device, writeTime);
    }
}
