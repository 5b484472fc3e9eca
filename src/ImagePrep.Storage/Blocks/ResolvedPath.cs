namespace ImagePrep.Storage.Blocks;

/// <summary>
/// The absolute path of what a path leads to, with every symbolic link on the way followed: two names of one file, hard links aside, come out alike.
/// </summary>
public static class ResolvedPath
{
    /// <summary>As the kernel: more are a loop.</summary>
    private const int MaxLinks = 40;

    /// <param name="path">Need not exist; what does not is kept as it is.</param>
    public static string Of(string path)
    {
        int links = 0;
        return Of(Path.GetFullPath(path), ref links);
    }

    private static string Of(string path, ref int links)
    {
        string? parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path;
        }

        string here = Path.Combine(Of(parent, ref links), Path.GetFileName(path));
        string? target = links < MaxLinks ? new FileInfo(here).LinkTarget : null;
        if (target is null)
        {
            return here;
        }

        links++;
        return Of(Path.GetFullPath(target, Path.GetDirectoryName(here)!), ref links);
    }
}
