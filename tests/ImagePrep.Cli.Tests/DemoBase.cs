using System.Security.Cryptography;
using ImagePrep.TestKit;

namespace ImagePrep.Cli.Tests;

/// <summary>The demo base of the repository: small, so that a run takes well under a second.</summary>
internal static class DemoBase
{
    public static string Path { get; } = Repository.File("recipes", "demo", "base.qcow2");

    public static string Digest => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path)));
}
