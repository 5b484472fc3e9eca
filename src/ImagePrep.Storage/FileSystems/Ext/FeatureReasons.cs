namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>Why a feature that is refused cannot simply be ignored: for the person whose image it is.</summary>
internal static class FeatureReasons
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["bigalloc"] = "bitmaps count clusters of blocks",
        ["casefold"] = "names are looked up without regard to case",
        ["compression"] = "contents are compressed",
        ["dirdata"] = "directory records carry more than names",
        ["ea_inode"] = "attribute values lie in inodes of their own",
        ["encrypt"] = "names and contents are encrypted",
        ["inline_data"] = "small files lie inside their inodes",
        ["mmp"] = "another machine may have it mounted",
        ["project"] = "usage by project is counted in a hidden file",
        ["quota"] = "usage by owner is counted in hidden files",
        ["read-only"] = "its maker forbids changes",
        ["replica"] = "it is kept equal to a copy elsewhere",
        ["shared_blocks"] = "files share blocks, and writing one would change others",
        ["snapshot"] = "older states of it are kept inside",
    };

    /// <summary>"quota (usage by owner is counted in hidden files), encrypt (…)"; an unknown name stands alone.</summary>
    public static string Explain(IEnumerable<string> names) =>
        string.Join(", ", names.Select(name => Reasons.TryGetValue(name, out string? reason) ? $"{name} ({reason})" : name));
}
