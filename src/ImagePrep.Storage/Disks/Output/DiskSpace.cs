namespace ImagePrep.Storage.Disks.Output;

/// <summary>Room on the file system of an output, and words for when it runs out.</summary>
internal static class DiskSpace
{
    private const int ErrorFileTooLarge = 27;
    private const int ErrorNoSpace = 28;
    private const int ErrorQuota = 122;

    /// <summary>Runs the work, after a check that saves writing half an image, and turns the system's short message into a helpful one.</summary>
    /// <param name="path">Full path of the output.</param>
    /// <param name="needed">How many bytes the output takes; null for little.</param>
    /// <param name="work">What writes it.</param>
    public static T Explain<T>(string path, long? needed, Func<T> work)
    {
        if (Free(path) is { } free && free < needed)
        {
            throw NoRoom(path, needed, inner: null);
        }

        try
        {
            return work();
        }
        catch (IOException failure) when (failure.HResult is ErrorNoSpace or ErrorQuota or ErrorFileTooLarge)
        {
            throw NoRoom(path, needed, failure);
        }
    }

    private static IOException NoRoom(string path, long? needed, IOException? inner)
    {
        string free = Free(path) is { } bytes ? $"{bytes} bytes are free" : "the free space is unknown";
        string limit = inner?.HResult switch
        {
            ErrorQuota => " The user's quota is used up.",
            ErrorFileTooLarge => " The file system or a process limit (ulimit -f) does not allow files this large.",
            _ => "",
        };
        string size = needed is null ? "" : $"it needs {needed} bytes, ";
        return new IOException(
            $"'{path}' does not fit: {size}{free} on its file system.{limit} Free some space, or write to another folder. Nothing was left behind.", inner);
    }

    /// <summary>Bytes a user may still write there; null where the system does not say.</summary>
    private static long? Free(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
