using System.Globalization;
using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Pipeline;

/// <summary>
/// The one time that a golden image carries: SOURCE_DATE_EPOCH (reproducible-builds.org) or the base's own last write. Never the clock.
/// </summary>
public static class WriteTime
{
    private const string Variable = "SOURCE_DATE_EPOCH";

    /// <exception cref="RecipeException">The variable is set, and is no number of seconds.</exception>
    public static UnixTime Choose(IEnumerable<PartitionContent> contents, string? sourceDateEpoch)
    {
        if (!string.IsNullOrEmpty(sourceDateEpoch))
        {
            return long.TryParse(sourceDateEpoch, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= uint.MaxValue
                ? new UnixTime(seconds)
                : throw new RecipeException(Variable, [new RecipeProblem("value", 0, $"'{sourceDateEpoch}' is not a number of seconds since 1970")]);
        }

        return contents.Where(content => content.FileSystem is not null)
            .Select(content => new UnixTime(content.FileSystem!.Summary.LastWrite.Seconds))
            .DefaultIfEmpty(default)
            .Max();
    }

    public static string? FromEnvironment() => Environment.GetEnvironmentVariable(Variable);
}
