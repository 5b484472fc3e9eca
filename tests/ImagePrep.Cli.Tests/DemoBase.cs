using System.Security.Cryptography;

namespace ImagePrep.Cli.Tests;

/// <summary>The demo base of the repository: small, so that a run takes well under a second.</summary>
internal static class DemoBase
{
    public static string Path { get; } = Find();

    public static string Digest => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path)));

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, "recipes", "demo", "base.qcow2");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("recipes/demo/base.qcow2 is not above the tests.");
    }
}
