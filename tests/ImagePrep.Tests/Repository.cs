namespace ImagePrep.Tests;

/// <summary>Where the repository is on this machine, for tests of committed files.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "cake.config")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("No folder above the tests holds cake.config.");
    }
}
