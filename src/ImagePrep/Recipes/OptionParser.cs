using System.Globalization;
using ImagePrep.Guests;

namespace ImagePrep.Recipes;

/// <summary>Turns the text of an option into its value.</summary>
internal static class OptionParser
{
    private static readonly (string Suffix, long Factor)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    /// <summary>Returns the value, or null with what is wrong.</summary>
    public static object? Parse(OptionDefinition definition, IReadOnlyList<string> texts, out string? problem)
    {
        problem = null;
        object? value = definition.Type switch
        {
            OptionType.Flag when texts is ["true"] => true,
            OptionType.Flag when texts is ["false"] => false,
            OptionType.Size when texts.Count == 1 => ParseSize(texts[0]),
            OptionType.Choice when texts.Count == 1 && definition.Choices!.Contains(texts[0]) => texts[0],
            OptionType.Choices when texts.Count > 0 && texts.All(definition.Choices!.Contains) => texts,
            OptionType.Number when texts.Count == 1 && int.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
            OptionType.Paths when texts.All(IsPath) => texts,
            _ => null,
        };
        problem = value is null
            ? $"'{string.Join(", ", texts)}' is not {Expected(definition)}"
            : definition.Check?.Invoke(value);
        return problem is null ? value : null;
    }

    public static string Expected(OptionDefinition definition) => definition.Type switch
    {
        OptionType.Flag => "true or false",
        OptionType.Size => "a size such as 1048576, 64KiB or 1MiB",
        OptionType.Choice => "one of: " + string.Join(", ", definition.Choices!),
        OptionType.Choices => "one or more of: " + string.Join(", ", definition.Choices!),
        OptionType.Number => "a whole number",
        _ => "a list of absolute guest paths",
    };

    private static object? ParseSize(string text)
    {
        foreach ((string suffix, long factor) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                return long.TryParse(text[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                    && count <= long.MaxValue / factor ? count * factor : null;
            }
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
    }

    private static bool IsPath(string text) => GuestPath.TryParse(text, out GuestPath? path) && !path.IsRoot;
}
