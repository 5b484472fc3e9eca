namespace ImagePrep.Errors;

/// <summary>One mistake in a recipe.</summary>
/// <param name="Where">Path inside the recipe, such as "steps[2].options.boundary".</param>
/// <param name="Line">Line in the file, from 1; 0 when there is none.</param>
/// <param name="Text">What is wrong and what would be right.</param>
public sealed record RecipeProblem(string Where, int Line, string Text)
{
    public override string ToString() => Line > 0 ? $"line {Line}, {Where}: {Text}" : $"{Where}: {Text}";
}

/// <summary>The recipe (or node list) cannot be used; all problems at once. Exit code 2.</summary>
public sealed class RecipeException : Exception
{
    public RecipeException(string source, IReadOnlyList<RecipeProblem> problems)
        : base(Describe(source, problems))
    {
        Problems = problems;
    }

    public IReadOnlyList<RecipeProblem> Problems { get; }

    private static string Describe(string source, IReadOnlyList<RecipeProblem> problems) => problems.Count == 1
        ? $"{source}: {problems[0]}"
        : $"{source} has {problems.Count} problems:\n{string.Join('\n', problems.Select(problem => $"  {problem}"))}";
}
