using System.IO.Enumeration;

namespace ImagePrep.Initramfs;

public enum InitramfsAction
{
    /// <summary>The archive is rebuilt without it.</summary>
    Remove,

    /// <summary>It is named and never touched.</summary>
    Report,
}

/// <summary>Something in an initramfs that clones of one image would share.</summary>
/// <param name="Id">Stable name, for recipes and reports.</param>
/// <param name="Members">Names in the archive without a '/' in front; '*' and '?' may stand anywhere, '*' for several folders too.</param>
/// <param name="Action">What is done with what is found.</param>
/// <param name="Secret">Kind of secret, recorded in reports; empty for an identity that is no secret.</param>
/// <param name="MinSize">In bytes: a smaller file carries nothing ("uninitialized" for a machine id).</param>
/// <param name="Why">One sentence or two for reviewers.</param>
/// <param name="Source">Where the fact comes from.</param>
public sealed record InitramfsEntry(
    string Id,
    IReadOnlyList<string> Members,
    InitramfsAction Action,
    string Secret,
    uint MinSize,
    string Why,
    string Source)
{
    internal bool Matches(ReadOnlySpan<char> name)
    {
        foreach (string pattern in Members)
        {
            // Nearly all names of an archive are ruled out by how the pattern begins.
            int plain = pattern.AsSpan().IndexOfAny('*', '?');
            bool matches = plain < 0
                ? name.SequenceEqual(pattern)
                : name.StartsWith(pattern.AsSpan(0, plain), StringComparison.Ordinal)
                    && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }
}
