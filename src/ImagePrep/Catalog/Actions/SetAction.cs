using System.Text;
using ImagePrep.Guests;
using ImagePrep.Steps;

namespace ImagePrep.Catalog.Actions;

/// <summary>Gives one setting of another program's file its value: the line that counts is replaced, or one is added.</summary>
/// <param name="Path">The file.</param>
/// <param name="Key">Name of the setting.</param>
/// <param name="Value">As it is written in the file, quotes included.</param>
/// <param name="Style">How the file writes its settings.</param>
/// <param name="Section">For <see cref="SettingStyle.Ini"/>.</param>
/// <param name="Create">Whether a file that is missing is made.</param>
public sealed record SetAction(string Path, string Key, string Value, SettingStyle Style, string Section, bool Create) : EditAction([Path])
{
    private const int Permissions = 0b110_100_100;

    public override CatalogStage Stage => CatalogStage.Configure;

    public override string Describe() => $"sets `{Line}` in `{Path}`";

    public override IEnumerable<string> Pending(CatalogScope scope) =>
        scope.Files.Exists(Path) || !Create ? base.Pending(scope) : [Path];

    public override void Apply(CatalogScope scope, GuestStepContext context)
    {
        if (Create && !scope.Files.Exists(Path))
        {
            context.Files.PutFile(GuestPath.Parse(Path), Encoding.Latin1.GetBytes(Edit("")), Permissions);
        }
        else
        {
            base.Apply(scope, context);
        }
    }

    protected override string Edit(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        if (lines[^1].Length == 0)
        {
            // What follows the last line end is no line.
            lines.RemoveAt(lines.Count - 1);
        }

        (int first, int end) = Scope(lines);
        int present = end > first ? lines.FindLastIndex(end - 1, end - first, IsSetting) : -1;
        if (present >= 0)
        {
            lines[present] = Line;
        }
        else
        {
            lines.Insert(end, Line);
        }

        return string.Join('\n', lines) + "\n";
    }

    private string Line => Style switch
    {
        SettingStyle.Shell => $"{Key}={Value}",
        SettingStyle.Ini => $"{Key} = {Value}",
        _ => $"{Key}: {Value}",
    };

    /// <summary>The lines among which the setting stands; a section that is missing is added.</summary>
    private (int First, int End) Scope(List<string> lines)
    {
        if (Style != SettingStyle.Ini)
        {
            return (0, lines.Count);
        }

        int header = lines.FindIndex(line => line.Trim().Equals($"[{Section}]", StringComparison.OrdinalIgnoreCase));
        if (header < 0)
        {
            header = lines.Count;
            lines.Add($"[{Section}]");
        }

        int next = lines.FindIndex(header + 1, line => line.TrimStart().StartsWith('['));
        return (header + 1, next < 0 ? lines.Count : next);
    }

    private bool IsSetting(string line)
    {
        ReadOnlySpan<char> rest = line.AsSpan();
        if (Style != SettingStyle.Yaml)
        {
            rest = rest.TrimStart();
        }

        if (Style == SettingStyle.Shell && rest.StartsWith("export ", StringComparison.Ordinal))
        {
            rest = rest["export ".Length..].TrimStart();
        }

        return rest.StartsWith(Key, StringComparison.Ordinal)
            && rest[Key.Length..] is var tail
            && (Style == SettingStyle.Shell ? tail : tail.TrimStart()) is [var separator, ..]
            && separator == (Style == SettingStyle.Yaml ? ':' : '=');
    }
}
