using ImagePrep.Randomness.Drbg;

namespace ImagePrep.Tests.Randomness.Seeds;

/// <summary>A generator that a test scripts, draw by draw.</summary>
internal sealed class FakeStream(Func<int, int, byte[]> draw) : IRandomStream
{
    public int Draws { get; private set; }

    public bool Disposed { get; private set; }

    public void Fill(Span<byte> destination) => draw(Draws++, destination.Length).CopyTo(destination);

    public void Dispose() => Disposed = true;
}
