namespace ImagePrep.Randomness.Batteries;

/// <summary>Enumerates the runs of equal bits of a sample, highest bit of each byte first. Written for clarity; speed is <see cref="BlockScanner"/>'s.</summary>
internal ref struct BitRuns(ReadOnlySpan<byte> sample)
{
    private readonly ReadOnlySpan<byte> _sample = sample;
    private int _position;

    public (bool One, int Length) Current { get; private set; }

    public readonly BitRuns GetEnumerator() => this;

    public bool MoveNext()
    {
        int bits = _sample.Length * 8;
        if (_position == bits)
        {
            return false;
        }

        int start = _position;
        bool one = BitAt(start);
        do
        {
            _position++;
        }
        while (_position < bits && BitAt(_position) == one);

        Current = (one, _position - start);
        return true;
    }

    private readonly bool BitAt(int index) => (_sample[index >> 3] & (0x80 >> (index & 7))) != 0;
}
