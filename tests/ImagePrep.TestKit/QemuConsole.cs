using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ImagePrep.TestKit;

/// <summary>A serial line: everything that came out of it is kept, and read on from where the last expectation was met.</summary>
internal sealed class QemuConsole
{
    private readonly Stream _toGuest;
    private readonly StringBuilder _text = new();
    private int _read;
    private bool _closed;

    public QemuConsole(Stream fromGuest, Stream toGuest)
    {
        _toGuest = toGuest;
        Thread reader = new(() => ReadToEnd(fromGuest)) { IsBackground = true, Name = "serial console" };
        reader.Start();
    }

    /// <summary>Everything the guest has written so far, carriage returns taken out.</summary>
    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public void Send(string text)
    {
        _toGuest.Write(Encoding.UTF8.GetBytes(text));
        _toGuest.Flush();
    }

    /// <summary>
    /// The first match in what has not been read yet, waiting for it if need be; null when the time is up or the line is closed.
    /// Reading goes on behind the match.
    /// </summary>
    public Match? Expect(Regex pattern, TimeSpan limit)
    {
        Stopwatch waited = Stopwatch.StartNew();
        lock (_text)
        {
            while (true)
            {
                Match match = pattern.Match(_text.ToString(_read, _text.Length - _read));
                if (match.Success)
                {
                    _read += match.Index + match.Length;
                    return match;
                }

                TimeSpan left = limit - waited.Elapsed;
                if (_closed || left <= TimeSpan.Zero)
                {
                    return null;
                }

                Monitor.Wait(_text, left);
            }
        }
    }

    private void ReadToEnd(Stream fromGuest)
    {
        // A decoder of its own: a character may be cut in two by the end of a read.
        Decoder decoder = Encoding.UTF8.GetDecoder();
        byte[] bytes = new byte[4096];
        char[] chars = new char[bytes.Length + 1];
        int count;
        while ((count = fromGuest.Read(bytes)) > 0)
        {
            int length = decoder.GetChars(bytes, 0, count, chars, 0);
            lock (_text)
            {
                _text.Append(new string(chars, 0, length).Replace("\r", "", StringComparison.Ordinal));
                Monitor.PulseAll(_text);
            }
        }

        lock (_text)
        {
            _closed = true;
            Monitor.PulseAll(_text);
        }
    }
}
