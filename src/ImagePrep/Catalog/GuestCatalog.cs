using System.Security.Cryptography;
using System.Text;
using ImagePrep.Catalog.Actions;
using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Recipes;

namespace ImagePrep.Catalog;

/// <summary>What is known of keys, seeds and identities in guests: the built-in catalog, and what a user added to it.</summary>
public sealed class GuestCatalog
{
    private const string Folder = "recipes/catalog";

    /// <summary>Tables of the inventory, in the order in which their entries are carried out.</summary>
    private static readonly string[] BuiltInFiles = ["seeds", "ssh", "secrets", "identity"];

    private static readonly Lazy<GuestCatalog> LazyBuiltIn = new(() => new GuestCatalog(
        [.. BuiltInFiles.SelectMany(file => CatalogReader.Read(EmbeddedFiles.ReadText($"{Folder}/{file}.yaml"), $"catalog {file}", file))], []));

    private GuestCatalog(IReadOnlyList<CatalogEntry> entries, IReadOnlyList<AddedCatalog> added)
    {
        Entries = entries;
        Added = added;
        Kept = [.. entries.SelectMany(entry => entry.Actions).OfType<KeepAction>().SelectMany(action => action.Patterns)];
    }

    public static GuestCatalog BuiltIn => LazyBuiltIn.Value;

    /// <summary>In the order in which they are carried out.</summary>
    public IReadOnlyList<CatalogEntry> Entries { get; }

    /// <summary>The files that a user added.</summary>
    public IReadOnlyList<AddedCatalog> Added { get; }

    /// <summary>Patterns of what no pattern of any entry takes.</summary>
    public IReadOnlyList<string> Kept { get; }

    /// <summary>The built-in catalog and files of the user's own.</summary>
    /// <exception cref="RecipeException">A file has problems, or an id of another one.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static GuestCatalog With(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
        {
            return BuiltIn;
        }

        List<CatalogEntry> entries = [.. BuiltIn.Entries];
        List<AddedCatalog> added = [];
        foreach (string path in paths)
        {
            string text = File.ReadAllText(path);
            string name = Path.GetFileNameWithoutExtension(path);
            IReadOnlyList<CatalogEntry> more = CatalogReader.Read(text, path, name);
            RecipeProblem[] taken =
            [
                .. more.Where((entry, index) => entries.Any(known => known.Id == entry.Id) || more.Take(index).Any(before => before.Id == entry.Id))
                    .Select(entry => new RecipeProblem(entry.Id, 0, "is the id of another entry; choose another")),
            ];
            if (taken.Length > 0)
            {
                throw new RecipeException(path, taken);
            }

            entries.AddRange(more);
            added.Add(new AddedCatalog(name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))));
        }

        return new GuestCatalog(entries, added);
    }

    /// <summary>A catalog without some of its entries.</summary>
    public GuestCatalog Without(Func<CatalogEntry, bool> isLeftOut) => new([.. Entries.Where(entry => !isLeftOut(entry))], Added);

    /// <summary>Entries whose conditions hold, with the actions of one stage; those without such an action are left out.</summary>
    public IEnumerable<(CatalogEntry Entry, CatalogAction Action)> For(CatalogStage stage, GuestTree files, Guest guest)
    {
        GuestConditions conditions = new(files, guest, new HashSet<string>());
        foreach (CatalogEntry entry in Entries)
        {
            CatalogAction[] actions = [.. entry.Actions.Where(action => action.Stage == stage)];
            if (actions.Length > 0 && conditions.Hold(entry.When))
            {
                foreach (CatalogAction action in actions)
                {
                    yield return (entry, action);
                }
            }
        }
    }
}

/// <summary>A catalog file of a user's own, as documents name it.</summary>
/// <param name="Name">File name without folder and extension.</param>
/// <param name="Sha256">Of its text.</param>
public sealed record AddedCatalog(string Name, string Sha256);
