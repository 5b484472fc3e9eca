namespace ImagePrep.Fuzz.Targets;

/// <summary>A mutant for parsers that read files: in memory where the host can, and the same file each time.</summary>
internal sealed class MutantFile(string name)
{
    public string Path { get; } = System.IO.Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(), $"imageprep-fuzz-{Environment.ProcessId}.{name}");

    public void Write(ReadOnlySpan<byte> bytes)
    {
        // Gone as soon as it is replaced: pages of a file that is cut and grown again cost more than a new file.
        File.Delete(Path);
        File.WriteAllBytes(Path, bytes);
    }

    public void Delete() => File.Delete(Path);
}
