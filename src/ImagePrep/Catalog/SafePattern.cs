using System.Text.RegularExpressions;

namespace ImagePrep.Catalog;

/// <summary>Regular expressions of catalogs. They run on files of a guest that may be hostile, so they take linear time.</summary>
internal static class SafePattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    public static Regex Compile(string pattern) => new(pattern, Options);

    /// <summary>What is wrong with a pattern, or null.</summary>
    public static string? Problem(string pattern)
    {
        try
        {
            Compile(pattern);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return $"'{pattern}' is not a regular expression that runs in linear time: {exception.Message}";
        }
    }
}
