using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checking;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>Checks a whole ext file system without changing it: the self-check of an image that was just written.</summary>
public static class ExtCheck
{
    /// <summary>
    /// Verifies every checksum, that the bitmaps equal what is in use, that no block is used twice, and that names, link counts and free counts
    /// agree. Returns what is wrong, one sentence each; nothing for a sound file system.
    /// </summary>
    /// <exception cref="UnsupportedImageException">The file system has a feature that cannot be read, or waits for its journal to be replayed.</exception>
    public static IReadOnlyList<string> Verify(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Problems problems = new();
        problems.Try(() => new VolumeCheck(Volume.Open(device), problems).Run());
        return problems.Found;
    }
}
