using System.Text;

namespace ImagePrep.Recipes;

/// <summary>Recipes, catalog and templates that travel inside the library, by their path in the repository.</summary>
public static class EmbeddedFiles
{
    /// <exception cref="FileNotFoundException">There is no such embedded file.</exception>
    public static byte[] Read(string path)
    {
        using Stream stream = typeof(EmbeddedFiles).Assembly.GetManifestResourceStream(path)
            ?? throw new FileNotFoundException($"{path} is not part of this program.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public static string ReadText(string path) => Encoding.UTF8.GetString(Read(path));

    /// <summary>Paths of all embedded files below a folder, in ordinal order.</summary>
    public static IReadOnlyList<string> List(string folder) =>
        [.. typeof(EmbeddedFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
}
