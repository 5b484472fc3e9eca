namespace ImagePrep.Tests.Templates;

/// <summary>The templates as they lie in the repository.</summary>
internal static class TemplateFolder
{
    public static string Systemd { get; } = Path.Combine(RepositoryRoot(), "templates", "systemd");

    public static string Mix => Path.Combine(Systemd, "usr/libexec/imageprep/mix");

    public static string Keygen => Path.Combine(Systemd, "usr/libexec/imageprep/keygen");

    public static byte[] Slot(string name) => File.ReadAllBytes(Path.Combine(RepositoryRoot(), "templates", "common", "slots", name));

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ImagePrep.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"No ImagePrep.sln above {AppContext.BaseDirectory}.");
    }
}
