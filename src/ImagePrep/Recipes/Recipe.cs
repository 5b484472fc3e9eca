using ImagePrep.Steps;

namespace ImagePrep.Recipes;

/// <summary>A validated recipe: which steps, with which options, for which guests.</summary>
/// <param name="Name">Short name, such as "debian-12".</param>
/// <param name="Summary">One sentence for people; may be empty.</param>
/// <param name="Guest">Which guests it is written for.</param>
/// <param name="Steps">In the order of the pipeline.</param>
/// <param name="Erase">Whether what is deleted, free or between partitions is kept out of the golden image.</param>
/// <param name="Digest">SHA-256 of the recipe text, lower-case hexadecimal.</param>
public sealed record Recipe(string Name, string Summary, RecipeGuest Guest, IReadOnlyList<RecipeStep> Steps, bool Erase, string Digest)
{
    /// <summary>The options of one step, or null when the recipe does not ask for it.</summary>
    public RecipeStep? Step(string name) => Steps.FirstOrDefault(step => step.Step.Name == name);
}

/// <summary>The guests a recipe accepts.</summary>
/// <param name="Ids">os-release IDs; none for any.</param>
/// <param name="Versions">os-release VERSION_IDs, whole or their first parts: "9" accepts 9 and 9.4; none for any.</param>
public sealed record RecipeGuest(IReadOnlyList<string> Ids, IReadOnlyList<string> Versions)
{
    public bool Accepts(string id, string version) =>
        (Ids.Count == 0 || Ids.Contains(id, StringComparer.Ordinal))
        && (Versions.Count == 0 || Versions.Any(wanted => version == wanted || version.StartsWith(wanted + ".", StringComparison.Ordinal)));

    public override string ToString() => $"{string.Join(" or ", Ids)} {string.Join(", ", Versions)}".Trim();
}

/// <summary>One step with its validated options.</summary>
public sealed record RecipeStep(IStep Step, OptionValues Options);
