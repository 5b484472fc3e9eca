using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Cli.Rendering;

/// <summary>Standard output for bytes. Where the reader of a pipe went away, writing fails at once, instead of reading on for nobody.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;
    private const int BrokenPipe = 32; // EPIPE of Linux

    /// <summary>Copies until <paramref name="read"/> gives no more bytes or nobody takes them, as 'head' ends a pipe: that is no error.</summary>
    /// <param name="read">Fills a buffer from a position on and returns how much it filled.</param>
    public static void Copy(Func<long, byte[], int> read)
    {
        const int BufferSize = 1 << 20;
        using Stream output = Open();
        byte[] buffer = new byte[BufferSize];
        long position = 0;
        try
        {
            while (read(position, buffer) is > 0 and int count)
            {
                output.Write(buffer, 0, count);
                position += count;
            }
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            // Whoever reads has seen enough.
        }
    }

    /// <summary>The console's own stream keeps the place in a file that is shared with other programs, but says nothing of a broken pipe.</summary>
    private static Stream Open()
    {
        FileStream pipe = new(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!pipe.CanSeek)
        {
            return pipe;
        }

        pipe.Dispose();
        return Console.OpenStandardOutput();
    }
}
