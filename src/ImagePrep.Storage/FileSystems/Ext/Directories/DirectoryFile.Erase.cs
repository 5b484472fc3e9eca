namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <content>Bytes of removed names.</content>
internal static partial class DirectoryFile
{
    /// <summary>
    /// Zeroes the slack of every block. Removing a name lengthens the record before it, and turning a linear directory into an indexed one leaves the
    /// old records behind the entries of the root: either way the bytes stay.
    /// </summary>
    /// <returns>In how many places there was something.</returns>
    public static int EraseSlack(IDirectoryBlocks blocks)
    {
        CheckNotEmpty(blocks);
        int erased = 0;
        for (uint number = 0; number < blocks.Count; number++)
        {
            byte[] bytes = blocks.Read(number);
            (int found, byte[] clean) = blocks.IsIndexed && IsIndexBlock(bytes, blocks.Rules, number)
                ? IndexNode.EraseSlack(bytes, blocks.Rules, number)
                : LinearBlock.Parse(bytes, blocks.Rules, number).EraseSlack();
            if (found > 0)
            {
                blocks.Write(number, clean);
                erased += found;
            }
        }

        return erased;
    }
}
