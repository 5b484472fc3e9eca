using System.Text;

namespace ImagePrep.Guests.DeviceOrder;

/// <summary>A command of a GRUB script with its arguments; or a brace, alone.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Words">Without quotes; at least one.</param>
internal sealed record GrubCommand(int Line, IReadOnlyList<string> Words);

/// <summary>
/// Splits GRUB's shell-like language into commands, as far as needed to know what belongs together: words, quotes, remarks, braces. Variables stay
/// as they are written. Every text is a script of some kind.
/// </summary>
/// <seealso href="https://www.gnu.org/software/grub/manual/grub/html_node/Shell_002dlike-scripting.html"/>
internal sealed class GrubScript
{
    private readonly List<GrubCommand> _commands = [];
    private readonly StringBuilder _word = new();
    private List<string> _words = [];
    private bool _inWord;
    private char _quote;
    private int _line = 1;
    private int _firstLine = 1;

    private GrubScript()
    {
    }

    public static IReadOnlyList<GrubCommand> Parse(string text)
    {
        GrubScript script = new();
        for (int i = 0; i < text.Length; i++)
        {
            i = script.Take(text, i);
        }

        script.EndCommand();
        return script._commands;
    }

    /// <summary>Takes the character at <paramref name="at"/>, and those that lose their meaning by it; returns where the last of them is.</summary>
    private int Take(string text, int at)
    {
        char letter = text[at];
        if (letter == '\\' && _quote != '\'' && at + 1 < text.Length)
        {
            TakeEscaped(text[at + 1]);
            return at + 1;
        }

        if (_quote != '\0' ? letter == _quote : letter is '\'' or '"')
        {
            BeginWord();
            _quote = _quote == '\0' ? letter : '\0';
        }
        else if (_quote != '\0')
        {
            Append(letter);
        }
        else if (letter == '#' && !_inWord)
        {
            int end = text.IndexOf('\n', at);
            return (end < 0 ? text.Length : end) - 1;
        }
        else
        {
            TakePlain(letter);
        }

        return at;
    }

    private void TakePlain(char letter)
    {
        switch (letter)
        {
            case ' ' or '\t' or '\r':
                EndWord();
                break;
            case '\n' or ';':
                EndCommand();
                _line += letter == '\n' ? 1 : 0;
                break;

            // Inside a word a brace belongs to a variable: ${root}.
            case '{' or '}' when !_inWord:
                EndCommand();
                _commands.Add(new GrubCommand(_line, [letter.ToString()]));
                break;
            default:
                Append(letter);
                break;
        }
    }

    /// <summary>A line that ends in a backslash goes on in the next.</summary>
    private void TakeEscaped(char letter)
    {
        if (letter == '\n')
        {
            _line++;
        }
        else
        {
            Append(letter);
        }
    }

    private void Append(char letter)
    {
        BeginWord();
        _word.Append(letter);
        _line += letter == '\n' ? 1 : 0;
    }

    private void BeginWord()
    {
        if (!_inWord && _words.Count == 0)
        {
            _firstLine = _line;
        }

        _inWord = true;
    }

    private void EndWord()
    {
        if (_inWord)
        {
            _words.Add(_word.ToString());
            _word.Clear();
            _inWord = false;
        }
    }

    private void EndCommand()
    {
        EndWord();
        if (_words.Count > 0)
        {
            _commands.Add(new GrubCommand(_firstLine, _words));
            _words = [];
        }
    }
}
