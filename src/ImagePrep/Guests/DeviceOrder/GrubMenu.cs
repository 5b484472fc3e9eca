namespace ImagePrep.Guests.DeviceOrder;

/// <summary>
/// grub.cfg. A "set root=hd0,1" is only a first guess when a search for the file system sets the variable again in the same menu entry, as
/// grub-mkconfig writes it; without one it decides.
/// </summary>
internal sealed class GrubMenu
{
    /// <summary>What may stand before a command on its line.</summary>
    private static readonly string[] Keywords = ["if", "elif", "then", "else", "while", "until", "do", "!"];

    /// <summary>Commands whose words are for people.</summary>
    private static readonly string[] Shown = ["menuentry", "submenu", "echo"];

    private readonly List<NamedDevice> _found = [];

    /// <summary>Values of the root variable that no search has replaced yet, in the open blocks.</summary>
    private readonly List<NamedDevice> _guesses = [];

    /// <summary>For each open block, how many guesses there were when it began.</summary>
    private readonly Stack<int> _blocks = new();

    private GrubMenu()
    {
    }

    public static IEnumerable<NamedDevice> Read(string text)
    {
        GrubMenu menu = new();
        foreach (GrubCommand command in GrubScript.Parse(text))
        {
            menu.Add(command);
        }

        return menu._found.Concat(menu._guesses).OrderBy(device => device.Line);
    }

    private void Add(GrubCommand command)
    {
        string[] words = [.. command.Words.SkipWhile(Keywords.Contains)];
        switch (words)
        {
            case ["{"]:
                _blocks.Push(_guesses.Count);
                break;
            case ["}"]:
                _found.AddRange(_guesses.Skip(BlockStart));
                ForgetGuesses();
                _blocks.TryPop(out _);
                break;
            case [var verb, ..] when Shown.Contains(verb):
                break;
            case [var verb, ..] when verb == "search" || verb.StartsWith("search.", StringComparison.Ordinal):
                if (SetsRoot(words))
                {
                    ForgetGuesses();
                }

                break;
            default:
                AddNames(command.Line, words);
                break;
        }
    }

    private int BlockStart => _blocks.TryPeek(out int start) ? start : 0;

    private void ForgetGuesses() => _guesses.RemoveRange(BlockStart, _guesses.Count - BlockStart);

    private void AddNames(int line, string[] words)
    {
        foreach (string word in words.SelectMany(word => word.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        {
            if (DeviceOrderName.IsOfGrub(word))
            {
                bool isGuess = word.StartsWith("root=", StringComparison.Ordinal);
                (isGuess ? _guesses : _found).Add(new NamedDevice(line, isGuess ? $"set {word}" : word));
            }
            else if (word.IndexOf('=', StringComparison.Ordinal) > 0 && DeviceOrderName.IsOfKernel(word))
            {
                _found.Add(new NamedDevice(line, word));
            }
        }
    }

    /// <summary>"search --set=root …", or "search.fs_uuid NAME root …"; a search that sets another variable, or none, leaves the root as it is.</summary>
    private static bool SetsRoot(string[] words) =>
        words[0] == "search" ? words.Any(word => word is "--set" or "-s" or "--set=root") : words is [_, _, "root", ..];
}
