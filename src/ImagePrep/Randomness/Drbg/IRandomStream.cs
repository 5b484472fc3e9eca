namespace ImagePrep.Randomness.Drbg;

/// <summary>Where one node's secrets come from. The product has one, <see cref="SeedDrbg"/>; tests put broken ones in its place.</summary>
internal interface IRandomStream : IDisposable
{
    /// <summary>Fills the destination with the next bytes.</summary>
    void Fill(Span<byte> destination);
}
