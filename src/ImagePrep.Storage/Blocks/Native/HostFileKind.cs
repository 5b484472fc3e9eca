namespace ImagePrep.Storage.Blocks.Native;

/// <summary>What a path of the host leads to, links followed.</summary>
internal enum HostFileKind
{
    Missing,
    RegularFile,
    BlockDevice,
    Folder,

    /// <summary>A pipe, socket or character device: nothing that can be read at any position.</summary>
    Other,
}

internal static class HostFileKinds
{
    private const int RegularFile = 0x8000;
    private const int BlockDevice = 0x6000;
    private const int Folder = 0x4000;

    /// <summary>Asked before opening, because opening a pipe would wait for its writer.</summary>
    public static HostFileKind Of(string path)
    {
        LibC.FileStatus status = default;
        if (!LibC.IsAvailable)
        {
            return Directory.Exists(path) ? HostFileKind.Folder : File.Exists(path) ? HostFileKind.RegularFile : HostFileKind.Missing;
        }

        if (LibC.Status(LibC.AtCurrentFolder, path, 0, LibC.StatxType, ref status) != 0)
        {
            // No permission on a folder above is told by the open that follows, with the system's own words.
            return File.Exists(path) ? HostFileKind.RegularFile : HostFileKind.Missing;
        }

        return (status.Mode & LibC.FileTypeMask) switch
        {
            RegularFile => HostFileKind.RegularFile,
            BlockDevice => HostFileKind.BlockDevice,
            Folder => HostFileKind.Folder,
            _ => HostFileKind.Other,
        };
    }
}
