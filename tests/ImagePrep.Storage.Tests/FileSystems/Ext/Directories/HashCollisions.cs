using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>
/// Long names that all have the same legacy hash, so that in blocks of 1 KiB one hash covers several leaves. Found by solving the last two
/// steps of the recurrence for the last two characters.
/// </summary>
internal static class HashCollisions
{
    private static readonly string[] Endings =
    [
        "00dd9e9eS", "013fd4cU3", "01624c1Ur", "01a92e4:O", "01cd609dO", "0245e98U9", "02bf67aPo", "030e127CZ",
        "033527bsa", "03365bafg", "0428e0fQh", "04bea2ez9", "059fc89OF", "05abf7aLi", "061c6ebdf", "061df8cLU",
    ];

    public static FileName[] Names { get; } = [.. Endings.Select(ending => new FileName(new string('c', 240) + ending))];

    /// <summary>Guards the tests: names that stop colliding would prove nothing.</summary>
    public static uint Hash => Names.Select(name => LegacyHash.Compute(name.Bytes, isUnsigned: false) & ~1u).Distinct().ShouldHaveSingleItem();
}
