namespace ImagePrep.Recipes;

public enum OptionType
{
    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A number of bytes: an integer, or one with KiB, MiB or GiB.</summary>
    Size,

    /// <summary>One of a fixed set of words.</summary>
    Choice,

    /// <summary>One or more of a fixed set of words.</summary>
    Choices,

    /// <summary>A whole number, zero or more.</summary>
    Number,

    /// <summary>A list of guest paths.</summary>
    Paths,
}

/// <summary>
/// One option of a step: parser, schema, <c>--help</c> and documentation come from this one record.
/// </summary>
/// <param name="Name">As written in a recipe, kebab-case.</param>
/// <param name="Type">What values it takes.</param>
/// <param name="Default">Default as it would be written in a recipe; words of a list with a comma between them.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Choices">The words of a <see cref="OptionType.Choice"/> or <see cref="OptionType.Choices"/>.</param>
/// <param name="Check">A further rule: returns what is wrong with a parsed value, or null.</param>
public sealed record OptionDefinition(
    string Name,
    OptionType Type,
    string Default,
    string Summary,
    IReadOnlyList<string>? Choices = null,
    Func<object, string?>? Check = null);
