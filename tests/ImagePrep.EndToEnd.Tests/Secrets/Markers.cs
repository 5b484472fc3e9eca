using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ImagePrep.EndToEnd.Tests.Prepare;

namespace ImagePrep.EndToEnd.Tests.Secrets;

/// <summary>
/// Texts that occur nowhere else, each with the place where it was put. 48 characters of 6 random bits: they may be names and targets of links, and do not
/// compress away. Only places are ever shown.
/// </summary>
internal sealed class Markers
{
    /// <summary>What becomes 48 characters.</summary>
    private const int RandomBytes = 36;

    private readonly List<(string Place, byte[] Bytes)> _all = [];

    /// <summary>Every place that has a marker.</summary>
    public IEnumerable<string> Places => _all.Select(marker => marker.Place).Distinct();

    /// <summary>Another marker for a place, as text.</summary>
    public string New(string place)
    {
        string marker = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        _all.Add((place, Encoding.ASCII.GetBytes(marker)));
        return marker;
    }

    /// <summary>Four new markers in one text, over and over.</summary>
    public string NewText(string place, int times = 1) => string.Concat(Enumerable.Repeat(New(place) + New(place) + New(place) + New(place), times));

    /// <summary>Something random that does not have the usual form.</summary>
    public void Add(string place, byte[] bytes) => _all.Add((place, bytes));

    /// <summary>Places of which a file holds a marker, in order.</summary>
    public string[] PlacesFoundIn(string path)
    {
        HashSet<int> found = ByteSearch.Found(path, [.. _all.Select(marker => marker.Bytes)]);
        return [.. found.Select(index => _all[index].Place).Distinct().Order(StringComparer.Ordinal)];
    }
}
