using ImagePrep.Errors;

namespace ImagePrep.Recipes;

/// <summary>Finds a recipe by file name or by the name of an embedded one; a file the user gives wins.</summary>
public static class RecipeLibrary
{
    private const string Folder = "recipes";
    private const string Extension = ".yaml";

    /// <summary>Names of the embedded recipes.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. EmbeddedFiles.List(Folder).Where(path => path.IndexOf('/', Folder.Length + 1) < 0).Select(Path.GetFileNameWithoutExtension)!];

    /// <exception cref="RecipeException">No such recipe, or one with problems.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Recipe Load(string nameOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFile);
        if (File.Exists(nameOrFile))
        {
            return RecipeReader.Read(File.ReadAllText(nameOrFile), nameOrFile);
        }

        if (Names.Contains(nameOrFile, StringComparer.Ordinal))
        {
            return RecipeReader.Read(EmbeddedFiles.ReadText($"{Folder}/{nameOrFile}{Extension}"), $"recipe {nameOrFile}");
        }

        throw new RecipeException(
            nameOrFile, [new RecipeProblem("recipe", 0, $"is neither a file nor a built-in recipe; built in are: {string.Join(", ", Names)}")]);
    }
}
