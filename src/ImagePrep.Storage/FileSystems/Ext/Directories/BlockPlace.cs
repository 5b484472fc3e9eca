namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>Where a directory block is, in the words that error messages use.</summary>
internal readonly record struct BlockPlace(uint Directory, uint Block)
{
    public override string ToString() => $"directory inode {Directory}, block {Block}";
}
