using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>
/// An edit that is not stored yet: reads see it, the directory below does not. An edit that turns out to be impossible half-way is dropped
/// and has changed nothing.
/// </summary>
internal sealed class StagedBlocks(IDirectoryBlocks below) : IDirectoryBlocks
{
    /// <summary>Without large_dir the size of a directory has 31 bits.</summary>
    private const long MaxBytes = int.MaxValue;

    private readonly SortedDictionary<uint, byte[]> _changed = [];
    private readonly uint _countBelow = below.Count;
    private uint _count = below.Count;

    public DirectoryRules Rules => below.Rules;

    public uint Count => _count;

    public bool IsIndexed { get; set; } = below.IsIndexed;

    public byte[] Read(uint block) => _changed.TryGetValue(block, out byte[]? content) ? [.. content] : below.Read(block);

    public void Write(uint block, ReadOnlySpan<byte> content) => _changed[block] = content.ToArray();

    public uint Append(ReadOnlySpan<byte> content)
    {
        bool fits = Rules.HasLargeDir ? _count < IndexNode.MaxBlocks : (_count + 1L) * Rules.BlockSize <= MaxBytes;
        if (!fits)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.NoSpace, $"directory inode {Rules.Self}", $"it has {_count} blocks, the most that a directory can have.");
        }

        Write(_count, content);
        return _count++;
    }

    /// <summary>Stores the edit: new blocks first, as only they can fail for want of space, and before anything refers to them.</summary>
    public void Commit()
    {
        foreach (KeyValuePair<uint, byte[]> added in _changed.Where(pair => pair.Key >= _countBelow))
        {
            below.Append(added.Value);
        }

        foreach (KeyValuePair<uint, byte[]> changed in _changed.Where(pair => pair.Key < _countBelow))
        {
            below.Write(changed.Key, changed.Value);
        }

        if (IsIndexed != below.IsIndexed)
        {
            below.IsIndexed = IsIndexed;
        }
    }
}
