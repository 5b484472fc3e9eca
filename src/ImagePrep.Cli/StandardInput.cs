namespace ImagePrep.Cli;

/// <summary>Whether the program was given a standard input at all.</summary>
internal static class StandardInput
{
    private const string Account = "/proc/self/fdinfo/0";
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Where it was closed, the runtime's own first file has its number, and reading from that waits for ever. Such a file is closed by exec, which an inherited
    /// one cannot be. Always true where the kernel does not say.
    /// </summary>
    public static bool IsOpen => !Directory.Exists("/proc/self/fdinfo") || (File.Exists(Account) && !IsOurs(File.ReadAllLines(Account)));

    private static bool IsOurs(string[] account)
    {
        string flags = account.FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal))?["flags:".Length..].Trim() ?? "0";
        return (Convert.ToInt64(flags, 8) & CloseOnExec) != 0;
    }
}
