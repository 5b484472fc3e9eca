using System.Text.RegularExpressions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests;

/// <summary>What docs/architecture.md says of folders, held by looking at the sources.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Source = Repository.File("src", "ImagePrep.Storage");

    [Theory]
    [InlineData("Blocks")]
    [InlineData("Disks", "Blocks", "Errors")]
    [InlineData("Partitions", "Blocks", "Errors")]
    [InlineData("FileSystems", "Blocks", "Errors")]
    [InlineData("Errors")]
    public void Folder_KnowsOnlyWhatLiesBelowIt(string folder, params string[] below)
    {
        string[] sources = Directory.GetFiles(Path.Combine(Source, folder), "*.cs", SearchOption.AllDirectories);
        sources.ShouldNotBeEmpty();
        foreach (string path in sources)
        {
            string[] others = [.. Mention().Matches(File.ReadAllText(path)).Select(match => match.Groups["folder"].Value).Distinct()
                .Where(name => name != folder && !below.Contains(name))];
            others.ShouldBeEmpty($"{Path.GetRelativePath(Source, path)} knows {string.Join(", ", others)}");
        }
    }

    [Fact]
    public void NativeCalls_AreInOneFolder()
    {
        string native = Path.Combine(Source, "Blocks", "Native") + Path.DirectorySeparatorChar;
        foreach (string path in Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories).Where(path => !path.StartsWith(native, StringComparison.Ordinal)))
        {
            NativeCall().IsMatch(File.ReadAllText(path)).ShouldBeFalse($"{Path.GetRelativePath(Source, path)} calls native code");
        }
    }

    [GeneratedRegex(@"ImagePrep\.Storage\.(?<folder>[A-Z]\w+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Mention();

    [GeneratedRegex(@"\[(DllImport|LibraryImport)|\bunsafe\b", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex NativeCall();
}
