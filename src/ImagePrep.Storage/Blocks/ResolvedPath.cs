namespace ImagePrep.Storage.Blocks;

/// <summary>
/// The absolute path of what a path leads to, with every symbolic link on the way followed, as realpath(3) says: what a relative name must be taken from. Two names
/// of one file, hard links aside, come out alike.
/// </summary>
public static class ResolvedPath
{
    /// <summary>As many links as Linux follows in one path (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    /// <summary>Parts that do not exist stay as they are.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int links = 0;
        return Of(Path.GetFullPath(path), ref links);
    }

    private static string Of(string path, ref int links)
    {
        if (Path.GetDirectoryName(path) is not { } above)
        {
            return path;
        }

        string folder = Of(above, ref links);
        string name = Path.GetFileName(path);
        switch (name)
        {
            case "" or ".":
                return folder;
            case "..":
                return Path.GetDirectoryName(folder) ?? folder;
        }

        string reached = Path.Combine(folder, name);
        if (new FileInfo(reached).LinkTarget is not { } target)
        {
            return reached;
        }

        return ++links <= MaxLinks
            ? Of(Path.Combine(folder, target), ref links)
            : throw new IOException($"The links of '{path}' lead in a circle.");
    }
}
