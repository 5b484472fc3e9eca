using ImagePrep.Storage.Blocks;

namespace ImagePrep.Steps.Repartition;

/// <summary>
/// Loaders that the boot ROM of a board reads at a fixed place of the disk, recognised by content where that ROM looks: a partition that holds one
/// has no type of its own.
/// </summary>
/// <seealso href="https://docs.u-boot.org/en/latest/board/rockchip/rockchip.html"/>
/// <seealso href="https://docs.u-boot.org/en/latest/board/allwinner/sunxi.html"/>
internal static class RomLoaders
{
    /// <summary>What ROMs count in, whatever the sectors of the partition table are.</summary>
    private const int Block = 512;

    private static readonly (long Offset, byte[] Mark)[] Known =
    [
        // Rockchip: 0x0FF0AA55 under the ROM's RC4 key, and the header of newer chips, which is plain.
        (64 * Block, [0x3B, 0x8C, 0xDC, 0xFC]),
        (64 * Block, [.. "RKNS"u8]),

        // Allwinner: behind the branch that begins the header. Newer chips look at 128 KiB, too, so that a GPT has its place.
        ((16 * Block) + 4, [.. "eGON.BT0"u8]),
        ((256 * Block) + 4, [.. "eGON.BT0"u8]),
    ];

    /// <summary>Where marks of loaders are, in bytes of the disk.</summary>
    public static IReadOnlyList<ByteRange> FindOn(IBlockReader disk) =>
    [
        .. Known
            .Where(known => known.Offset + known.Mark.Length <= disk.Length)
            .Where(known => disk.ReadBytes(known.Offset, known.Mark.Length).AsSpan().SequenceEqual(known.Mark))
            .Select(known => new ByteRange(known.Offset, known.Mark.Length)),
    ];
}
