using System.Text.RegularExpressions;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>What debugfs finds in the journal of an image: whole transactions that wait to be replayed, and the fast commits after them.</summary>
internal sealed partial record JournalLog(int Transactions, int FastCommits)
{
    public static JournalLog Of(string image)
    {
        string log = OutsideTool.Run("debugfs", "-R", "logdump", image).EnsureSuccess("debugfs logdump").Output;

        // Of an area that belongs to an earlier transaction debugfs shows the first head and no more.
        int fast = Head().Match(log) is { Success: true } head
            ? Tail().Matches(log, head.Index).Count(tail => tail.Groups["tid"].ValueSpan.SequenceEqual(head.Groups["tid"].ValueSpan))
            : 0;
        return new JournalLog(Commit().Count(log), fast);
    }

    [GeneratedRegex(@"^Found expected sequence \d+, type 2 \(commit block\)", RegexOptions.Multiline)]
    private static partial Regex Commit();

    [GeneratedRegex(@"^tag HEAD, .*tid (?<tid>\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex(@"^tag TAIL, tid (?<tid>\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Tail();
}
