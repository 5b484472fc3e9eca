using System.Security.Cryptography;

namespace ImagePrep.Randomness.Sources;

/// <summary>
/// .NET's <see cref="RandomNumberGenerator"/>: on Linux OpenSSL's generator, which may be a validated module. It lives in the process and
/// reads the kernel rarely, so it is never the only source where the kernel can be asked directly.
/// </summary>
public sealed class RuntimeEntropySource : IEntropySource
{
    public string Name => "System.Security.Cryptography.RandomNumberGenerator";

    public void Read(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
