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

/// <summary>The guests a recipe accepts: os-release ID and VERSION_ID; empty means any.</summary>
public sealed record RecipeGuest(string Id, IReadOnlyList<string> Versions);

/// <summary>One step with its validated options.</summary>
public sealed record RecipeStep(IStep Step, OptionValues Options);
