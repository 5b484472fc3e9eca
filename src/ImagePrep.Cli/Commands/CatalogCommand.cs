using System.CommandLine;
using ImagePrep.Catalog;

namespace ImagePrep.Cli.Commands;

/// <summary>imageprep catalog [--catalog FILE] [--markdown | --schema]</summary>
internal static class CatalogCommand
{
    public static Command Build()
    {
        Option<string[]> added = CommonOptions.Catalogs();
        Option<bool> markdown = new("--markdown") { Description = "Print the whole catalog as a page." };
        Option<bool> schema = new("--schema") { Description = "Print the JSON schema of catalog files." };
        Command command = new("catalog", "Lists what is known of keys, seeds and identities in guests, and what is done about each.") { added, markdown, schema };
        command.SetAction(parsed => Run(GuestCatalog.With(parsed.GetValue(added) ?? []), parsed.GetValue(markdown), parsed.GetValue(schema)));
        return command;
    }

    private static int Run(GuestCatalog catalog, bool markdown, bool schema)
    {
        if (schema)
        {
            Console.Write(CatalogSchema.Write());
            return ExitCodes.Done;
        }

        if (markdown)
        {
            Console.Write(CatalogPage.Write(catalog));
            return ExitCodes.Done;
        }

        foreach (IGrouping<string, CatalogEntry> file in catalog.Entries.GroupBy(entry => entry.File))
        {
            Console.WriteLine(file.Key);
            int width = file.Max(entry => entry.Id.Length);
            foreach (CatalogEntry entry in file)
            {
                Console.WriteLine($"  {entry.Id.PadRight(width)}  {entry.What}");
            }
        }

        return ExitCodes.Done;
    }
}
