using System.Runtime.CompilerServices;

namespace ImagePrep.Randomness.Assessment.Suffixes;

/// <summary>A set of places in a text: a bit for each.</summary>
internal readonly struct PlaceSet(int length)
{
    private readonly ulong[] _words = new ulong[(length + 63) / 64];

    public bool this[int place]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ((_words[place >> 6] >> place) & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int place) => _words[place >> 6] |= 1UL << place;
}
