namespace ImagePrep.Randomness.Seeds;

/// <summary>
/// What tells this boot of this machine from another. It separates the generators of two hosts should all entropy sources fail alike; it is
/// known to others, adds no entropy and is never written anywhere.
/// </summary>
/// <param name="BootId">The kernel's id of this boot; empty where there is none.</param>
/// <param name="MacAddresses">Hardware addresses, sorted.</param>
internal sealed record HostIdentity(string BootId, IReadOnlyList<string> MacAddresses)
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";
    private const string InterfacesPath = "/sys/class/net";

    /// <summary>Read from the kernel's files: the framework's network classes cost more start-up time than all seeds of a batch.</summary>
    public static HostIdentity Read()
    {
        List<string> addresses = [];
        if (Directory.Exists(InterfacesPath))
        {
            addresses.AddRange(Directory.EnumerateFileSystemEntries(InterfacesPath).Select(entry => ReadLine(Path.Combine(entry, "address"))));
        }

        addresses.Sort(StringComparer.Ordinal);
        return new HostIdentity(ReadLine(BootIdPath), addresses);
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            // Interfaces come and go, and containers hide files. What cannot be read does not separate anything.
            return "";
        }
    }
}
