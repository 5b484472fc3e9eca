using ImagePrep.Storage.FileSystems.Ext.Allocation;

namespace ImagePrep.Storage.FileSystems.Ext.Checking;

/// <summary>Which blocks something claims, as one bitmap a group; groups that nothing claims take no memory.</summary>
internal sealed class BlockUsage(Volume volume)
{
    private readonly Bitmap?[] _groups = new Bitmap?[volume.Groups.Count];

    /// <summary>Claims blocks; false when one of them was claimed before.</summary>
    public bool TryClaim(long start, long count)
    {
        bool isNew = true;
        while (count > 0)
        {
            uint group = volume.Groups.GroupOfBlock(start);
            uint index = (uint)(start - volume.Groups.FirstBlock(group));
            uint part = (uint)Math.Min(count, volume.Groups.BlocksIn(group) - index);
            Bitmap bitmap = _groups[group] ??= new Bitmap(new byte[volume.BlockSize], volume.Groups.BlocksIn(group));
            isNew &= bitmap.AllClear(index, part);
            bitmap.Set(index, part);
            start += part;
            count -= part;
        }

        return isNew;
    }

    /// <summary>The claimed blocks of a group, or null when there are none.</summary>
    public Bitmap? OfGroup(uint group) => _groups[group];
}
