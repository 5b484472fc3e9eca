using System.Security.Cryptography;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// .NET's <see cref="RandomNumberGenerator"/>: on Linux OpenSSL's generator, which may be a validated module. It lives in the process and
/// reads the kernel rarely, so it is never the only source where the kernel can be asked directly.
/// </summary>
public sealed class RuntimeEntropySource : IEntropySource
{
    /// <summary>Of every such source.</summary>
    public static SourceDescription Account { get; } = new(
        ".NET's cryptographic generator: on Linux that of OpenSSL, which may be a validated module",
        "A generator of SP 800-90A that the operating system seeds. It is read so that one faulty path into the kernel does not matter; alone it would not do, because a "
            + "restored snapshot of the build machine repeats it",
        "The operating system's generator, when the program starts");

    public string Name => "System.Security.Cryptography.RandomNumberGenerator";

    public SourceDescription Description => Account;

    public void Read(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
