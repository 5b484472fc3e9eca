namespace ImagePrep.Catalog;

/// <summary>What a key of a catalog file may hold.</summary>
internal enum KeyShape
{
    Text,

    Flag,

    /// <summary>Absolute guest paths or patterns, one or a list.</summary>
    Paths,

    /// <summary>Like <see cref="Paths"/>; "~/" at the start stands for the home folder of every account.</summary>
    Places,

    /// <summary>Like <see cref="Places"/>, or the word true.</summary>
    PlacesOrTrue,

    /// <summary>Names of units, one or a list.</summary>
    Units,

    /// <summary>Texts, one or a list.</summary>
    Texts,

    /// <summary>A mapping with keys of its own, or a list of such mappings.</summary>
    Mappings,
}

/// <summary>A key of a catalog file: reader, schema and documentation come from this one record.</summary>
/// <param name="Name">As written, kebab-case.</param>
/// <param name="Shape">What it holds.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Keys">For <see cref="KeyShape.Mappings"/>.</param>
internal sealed record CatalogKey(string Name, KeyShape Shape, string Summary, bool Required = false, IReadOnlyList<CatalogKey>? Keys = null);

/// <summary>The shape of an entry of a catalog file.</summary>
internal static class CatalogShape
{
    private static readonly CatalogKey Path = new("path", KeyShape.Text, "Absolute guest path.", Required: true);
    private static readonly CatalogKey Paths = new("paths", KeyShape.Places, "Guest paths or patterns.", Required: true);
    private static readonly CatalogKey Content = new("content", KeyShape.Text, "The whole content.", Required: true);

    public static IReadOnlyList<CatalogKey> Entry { get; } =
    [
        new("id", KeyShape.Text, "Stable name, kebab-case, unique in all catalogs together.", Required: true),
        new("rows", KeyShape.Texts, "Rows of the inventory that the entry carries out."),
        new("what", KeyShape.Text, "One line for people.", Required: true),
        new("when", KeyShape.Texts, "Conditions, all of which must hold; none for every guest."),
        new("remove", KeyShape.Places, "Removed: files, links, and folders with all they hold. ~/ stands for the home folder of every account."),
        new("empty", KeyShape.Places, "Files that lose their content and stay."),
        new("rewrite", KeyShape.Mappings, "Files that are there and get another content.", Keys: [Paths, Content]),
        new("drop-lines", KeyShape.Mappings, "Lines that are taken out of text files.", Keys: [Paths, new("match", KeyShape.Text, "Regular expression looked for in each line.", Required: true)]),
        new("secret", KeyShape.Text, "Kind of secret under which each removed or emptied file is recorded."),
        new("commit", KeyShape.Flag, "false where the content could be guessed, and a commitment would confirm the guess. Default: true."),
        new("links-in", KeyShape.Text, "A folder whose links to a removed name go too."),
        new("keep", KeyShape.Paths, "What no pattern of any catalog takes, with all below it; '*' stands for '/' too."),
        new("mask", KeyShape.Units, "Units of systemd that are masked, there or not."),
        new("gate", KeyShape.Units, "Units of systemd that wait until the random pool is ready."),
        new("write", KeyShape.Mappings, "Files that are put whole.", Keys: [Path, Content, new("mode", KeyShape.Text, "Permission bits in octal. Default: \"0644\".")]),
        new("set", KeyShape.Mappings, "Settings in files of other programs.", Keys:
        [
            Path,
            new("key", KeyShape.Text, "Name of the setting.", Required: true),
            new("value", KeyShape.Text, "As it is written, quotes included.", Required: true),
            new("style", KeyShape.Text, "shell (KEY=value), ini (key = value in a section) or yaml (key: value). Default: shell."),
            new("section", KeyShape.Text, "For ini: the section."),
            new("create", KeyShape.Flag, "Whether a missing file is made. Default: false."),
        ]),
        new("drop-words", KeyShape.Mappings, "Words that are taken out of files, such as arguments of a kernel command line or a boot menu; blanks and quotes divide words.", Keys: [Paths, new("match", KeyShape.Text, "Regular expression that a whole word must match.", Required: true)]),
        new("report", KeyShape.PlacesOrTrue, "What is named and never touched; true where there is no path to name."),
        new("report-lines", KeyShape.Mappings, "Text files that are named when a line matches, and never touched.", Keys:
        [
            Paths,
            new("match", KeyShape.Text, "Regular expression looked for in each line.", Required: true),
        ]),
        new("why", KeyShape.Text, "One sentence for reviewers.", Required: true),
        new("source", KeyShape.Text, "Where the fact comes from.", Required: true),
    ];
}
