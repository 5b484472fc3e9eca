using System.Text;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>
/// Picks out of the members those that the catalog names. Names of one file count as one: in the "newc" format only one of them carries the content
/// (the kernel's list of hard links in init/initramfs.c, which the end of each archive empties).
/// </summary>
internal sealed class MatchCollector(IReadOnlyList<InitramfsEntry> entries)
{
    private readonly List<InitramfsMatch> _matches = [];
    private readonly Dictionary<(ulong Device, uint Inode), LinkedFile> _linked = [];
    private readonly char[] _name = new char[InitramfsLimits.MaxName];

    public void Take(CpioReader reader)
    {
        if (reader.IsTrailer)
        {
            TakeLinked();
        }
        else if (reader.Header.IsFile)
        {
            InitramfsEntry? entry = Find(reader.Name, out int length);
            if (reader.Header.IsLinked)
            {
                TakeName(reader, entry, length);
            }
            else if (entry is not null && reader.Header.Size >= entry.MinSize)
            {
                _matches.Add(new InitramfsMatch(entry, Printable(length), reader.Header.Size) { Members = [reader.Member] });
            }
        }
    }

    public IReadOnlyList<InitramfsMatch> Finish()
    {
        TakeLinked();
        return [.. _matches.OrderBy(match => match.Members[0].Segment).ThenBy(match => match.Members[0].Whole.Start)];
    }

    /// <summary>Names are bytes; those that matter here are ASCII, so one byte is one character. "./etc/x" and "/etc/x" mean "etc/x".</summary>
    private InitramfsEntry? Find(ReadOnlySpan<byte> name, out int length)
    {
        while (name is [(byte)'/', ..] or [(byte)'.', (byte)'/', ..])
        {
            name = name[(name[0] == (byte)'/' ? 1 : 2)..];
        }

        length = Encoding.Latin1.GetChars(name, _name);
        foreach (InitramfsEntry entry in entries)
        {
            if (entry.Matches(_name.AsSpan(0, length)))
            {
                return entry;
            }
        }

        return null;
    }

    private string Printable(int length) => PrintableText.From(Encoding.Latin1.GetBytes(_name, 0, length));

    private void TakeName(CpioReader reader, InitramfsEntry? entry, int length)
    {
        (ulong, uint) key = (reader.Header.Device, reader.Header.Inode);
        if (!_linked.TryGetValue(key, out LinkedFile? file))
        {
            _linked.Add(key, file = new LinkedFile());
        }

        file.Members.Add(reader.Member);
        file.Size = Math.Max(file.Size, reader.Header.Size);
        if (file.Entry is null && entry is not null)
        {
            (file.Entry, file.Name) = (entry, Printable(length));
        }
    }

    private void TakeLinked()
    {
        foreach (LinkedFile file in _linked.Values)
        {
            if (file.Entry is { } entry && file.Size >= entry.MinSize)
            {
                _matches.Add(new InitramfsMatch(entry, file.Name, file.Size) { Members = file.Members });
            }
        }

        _linked.Clear();
    }

    private sealed class LinkedFile
    {
        public List<CpioMember> Members { get; } = [];

        public InitramfsEntry? Entry { get; set; }

        public string Name { get; set; } = "";

        public long Size { get; set; }
    }
}
