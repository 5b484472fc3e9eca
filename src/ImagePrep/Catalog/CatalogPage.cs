using System.Text;
using ImagePrep.Catalog.KeyFormats;

namespace ImagePrep.Catalog;

/// <summary>The page that lists a catalog for people, in Markdown.</summary>
public static class CatalogPage
{
    private static readonly (string File, string Title)[] Chapters =
    [
        ("seeds", "Random seeds"),
        ("ssh", "SSH host keys and what makes them"),
        ("secrets", "TLS keys and other secrets"),
        ("identity", "Identities"),
    ];

    public static string Write(GuestCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        StringBuilder page = new();
        page.Append("# Catalog\n\n");
        page.Append("What ImagePrep knows of keys, seeds and identities in Linux guests, and what it does about each. Made from `recipes/catalog/*.yaml`\n");
        page.Append("with `imageprep catalog --markdown`; write entries of your own with `recipes/catalog.schema.json` and give them to `prepare` and `inspect`\n");
        page.Append("with `--catalog FILE`. Files are looked for as the guest would find them; an entry does nothing where its conditions do not hold.\n");
        foreach ((string file, string title) in Chapters)
        {
            Append(page, title, catalog.Entries.Where(entry => entry.File == file));
        }

        AppendKeyFormats(page);
        Append(page, "Added", catalog.Entries.Where(entry => !Chapters.Any(chapter => chapter.File == entry.File)));
        return page.ToString();
    }

    private static void AppendKeyFormats(StringBuilder page)
    {
        page.Append("\n## Keys by their content\n\nWhat remains in a guest is looked through for files of these formats (`recipes/catalog/key-formats.yaml`): files of up to 1 MiB everywhere but in what packages bring along (/usr without /usr/local, the package database) and lists they download.\n\n");
        foreach (KeyFormat format in KeyFormatCatalog.All)
        {
            string kind = format.IsPrivate ? "" : ", not secret";
            page.Append($"- {format.Id}: {format.What}{kind} (inventory {string.Join(", ", format.Rows)})\n");
        }
    }

    private static void Append(StringBuilder page, string title, IEnumerable<CatalogEntry> entries)
    {
        if (!entries.Any())
        {
            return;
        }

        page.Append($"\n## {title}\n");
        foreach (CatalogEntry entry in entries)
        {
            page.Append($"\n### {entry.Id}\n\n{entry.What.TrimEnd('.')}. {entry.Why}\n\n");
            if (entry.When.Count > 0)
            {
                page.Append($"- when {string.Join(" and ", entry.When.Select(condition => $"`{condition}`"))}\n");
            }

            foreach (Actions.CatalogAction action in entry.Actions)
            {
                page.Append($"- {action.Describe()}\n");
            }

            string rows = entry.Rows.Count > 0 ? $" (inventory {string.Join(", ", entry.Rows)})" : "";
            page.Append($"- source: {entry.Source.TrimEnd('.')}{rows}\n");
        }
    }
}
