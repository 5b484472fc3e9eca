namespace ImagePrep.Recipes;

/// <summary>The options of one step after validation: every defined option has a value of its type.</summary>
public sealed class OptionValues(IReadOnlyDictionary<string, object> values)
{
    public bool Flag(string name) => (bool)values[name];

    /// <summary>Bytes.</summary>
    public long Size(string name) => (long)values[name];

    public string Choice(string name) => (string)values[name];

    public IReadOnlyList<string> Choices(string name) => (IReadOnlyList<string>)values[name];

    public int Number(string name) => (int)values[name];

    public IReadOnlyList<string> Paths(string name) => (IReadOnlyList<string>)values[name];
}
