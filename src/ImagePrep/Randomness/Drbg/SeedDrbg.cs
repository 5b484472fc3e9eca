namespace ImagePrep.Randomness.Drbg;

/// <summary>
/// The random bit generator of one node: HMAC_DRBG with SHA-512, 256 bits of strength, made for one node and thrown away after it. It cannot be
/// made unless the self-test has passed.
/// </summary>
internal sealed class SeedDrbg : IRandomStream
{
    /// <summary>The generator as reports name it.</summary>
    public const string Description = "HMAC_DRBG (SP 800-90A Rev. 1), SHA-512, 256-bit strength, one instance per node";

    private readonly HmacSha512Drbg _drbg;

    /// <exception cref="RandomnessException">The self-test failed.</exception>
    public SeedDrbg(
        ReadOnlySpan<byte> entropyInput, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> personalization, DrbgSelfTest? selfTest = null)
    {
        (selfTest ?? DrbgSelfTest.Shared).EnsurePassed();
        _drbg = new HmacSha512Drbg(entropyInput, nonce, personalization);
    }

    public void Fill(Span<byte> destination) => _drbg.Generate(destination, []);

    public void Dispose() => _drbg.Dispose();
}
