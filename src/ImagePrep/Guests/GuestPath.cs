using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>
/// An absolute path inside a guest: names without ".", ".." or empty parts, their bytes kept as they are. It says nothing about links:
/// those are resolved by <see cref="GuestTree"/>, inside the guest.
/// </summary>
public sealed class GuestPath : IEquatable<GuestPath>
{
    /// <summary>PATH_MAX of Linux, in bytes.</summary>
    public const int MaxLength = 4096;

    public static readonly GuestPath Root = new([]);

    private readonly FileName[] _names;

    private GuestPath(FileName[] names) => _names = names;

    public IReadOnlyList<FileName> Names => _names;

    public bool IsRoot => _names.Length == 0;

    /// <summary>The containing directory; the root's parent is the root.</summary>
    public GuestPath Parent => IsRoot ? this : new GuestPath(_names[..^1]);

    /// <summary>The last name.</summary>
    /// <exception cref="InvalidOperationException">The root has no name.</exception>
    public FileName Name => IsRoot ? throw new InvalidOperationException("The root directory has no name.") : _names[^1];

    /// <summary>Reads "/etc/ssh"; "." and ".." are taken out by text alone, as a person who types a path expects.</summary>
    /// <exception cref="ArgumentException">Not absolute, too long, or a name that cannot exist.</exception>
    public static GuestPath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith('/') || Encoding.UTF8.GetByteCount(text) > MaxLength)
        {
            throw new ArgumentException($"'{text}' is not a guest path: it starts with '/' and has at most {MaxLength} bytes.", nameof(text));
        }

        List<FileName> names = [];
        foreach (string part in text.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                names.RemoveRange(Math.Max(0, names.Count - 1), Math.Min(1, names.Count));
            }
            else if (part != ".")
            {
                names.Add(new FileName(part));
            }
        }

        return new GuestPath([.. names]);
    }

    /// <summary>For text that comes from an image: false where <see cref="Parse"/> would throw.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GuestPath? path)
    {
        try
        {
            path = Parse(text);
            return true;
        }
        catch (ArgumentException)
        {
            path = null;
            return false;
        }
    }

    public static GuestPath operator /(GuestPath directory, FileName name) => directory.Append(name);

    public GuestPath Append(FileName name) => new([.. _names, name]);

    /// <summary>True when this path is <paramref name="other"/> or lies below it, name by name.</summary>
    public bool IsInside(GuestPath other) =>
        other._names.Length <= _names.Length && _names.AsSpan(0, other._names.Length).SequenceEqual(other._names);

    public bool Equals(GuestPath? other) => other is not null && _names.AsSpan().SequenceEqual(other._names);

    public override bool Equals(object? obj) => Equals(obj as GuestPath);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (FileName name in _names)
        {
            hash.Add(name);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => "/" + string.Join('/', _names.Select(name => name.ToString()));
}
