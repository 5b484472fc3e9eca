namespace ImagePrep.Pipeline;

/// <summary>Hears how long work goes on. The CLI shows a bar or log lines; the library prints nothing.</summary>
public interface IProgressObserver
{
    /// <summary>A new phase begins, such as "Writing golden image".</summary>
    void Phase(string name);

    /// <summary>How far the phase is, in units of its own.</summary>
    void Advance(long done, long total);

    /// <summary>Something a person should know that stops nothing.</summary>
    void Remark(string text);
}

/// <summary>Hears nothing.</summary>
public sealed class SilentObserver : IProgressObserver
{
    public static readonly SilentObserver Instance = new();

    public void Phase(string name)
    {
    }

    public void Advance(long done, long total)
    {
    }

    public void Remark(string text)
    {
    }
}
