using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Steps.ResetIdentity;

/// <summary>A pattern of <c>keep</c> that matches nothing is most likely mistyped, and what it was meant to keep is removed.</summary>
internal static class KeepPattern
{
    public const string WhyReported =
        "This pattern of keep matches nothing in the guest, so it kept nothing: it may be mistyped, or lead through a link, which patterns do not follow.";

    /// <summary>More than any guest that is prepared has; what is looked at no further is taken to match.</summary>
    private const int MaxEntries = 200_000;

    private const int MaxDepth = 64;

    /// <summary>Whether there is a path that it keeps; '*' also stands for '/'.</summary>
    public static bool IsMatched(GuestTree files, string pattern)
    {
        int wild = pattern.AsSpan().IndexOfAny('*', '?', '\\');
        if (wild < 0)
        {
            return files.TryFind(pattern, out GuestNode? node, followLast: false) && node.Path.ToString() == pattern;
        }

        // The folders in front of the first name with a wildcard are written out.
        GuestPath top = GuestPath.Parse(pattern[..(pattern.LastIndexOf('/', wild) + 1)]);
        return files.TryFind(top, out GuestNode? folder) && folder.Path.Equals(top) && IsMatchedBelow(files, folder, pattern);
    }

    private static bool IsMatchedBelow(GuestTree files, GuestNode top, string pattern)
    {
        PathPatterns kept = new([pattern]);
        Stack<GuestNode> folders = new([top]);
        int entries = 0;
        while (folders.TryPop(out GuestNode? folder))
        {
            if (folder.Info.Kind != NodeKind.Directory || folder.Path.Names.Count >= MaxDepth)
            {
                continue;
            }

            foreach (GuestNode child in files.Children(folder))
            {
                if (++entries > MaxEntries || kept.Cover(child.Path))
                {
                    return true;
                }

                folders.Push(child);
            }
        }

        return false;
    }
}
