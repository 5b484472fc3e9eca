using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>
/// A GRUB 2 for BIOS: boot.img in a boot sector names the first sector of core.img, which lists the others. Both numbers follow the move. What
/// GRUB protects by Reed-Solomon code begins behind these, so nothing else changes.
/// </summary>
/// <seealso href="https://www.gnu.org/software/grub/manual/grub/html_node/Images.html"/>
internal sealed class GrubInstall
{
    /// <summary>core.img is loaded below 640 KiB.</summary>
    private const int MaxCoreSectors = 640 * 1024 / BootSector.Size;

    private readonly SectorMap _map;
    private readonly ulong _coreSector;
    private readonly byte[] _firstSector;
    private readonly IReadOnlyList<GrubBlocks> _blocks;

    private GrubInstall(SectorMap map, BootPlace boot, ulong coreSector, byte[] firstSector)
    {
        _map = map;
        Boot = boot;
        _coreSector = coreSector;
        _firstSector = firstSector;
        _blocks = GrubBlockList.Parse(firstSector);
    }

    /// <summary>The boot sector that names this core.img.</summary>
    public BootPlace Boot { get; }

    /// <summary>Where core.img is, in bytes of the disk. What GRUB adds against errors (Reed-Solomon code) is in its list, too.</summary>
    public IEnumerable<ByteRange> Sectors => _blocks
        .Select(run => new ByteRange((long)run.FirstSector * _map.SectorSize, (long)run.Count * _map.SectorSize))
        .Prepend(new ByteRange((long)_coreSector * _map.SectorSize, _map.SectorSize));

    /// <returns>Null when the boot sector points outside the disk: then it did not boot before either.</returns>
    /// <exception cref="UnsupportedImageException">It names sectors that move, and they are not what they should be.</exception>
    public static GrubInstall? Find(IBlockReader disk, SectorMap map, BootPlace boot, ulong coreSector)
    {
        if (!map.Contains(coreSector, 1))
        {
            return null;
        }

        byte[] first = disk.ReadBytes((long)coreSector * map.SectorSize, BootSector.Size);
        if (GrubBlockList.IsCore(first))
        {
            GrubInstall install = new(map, boot, coreSector, first);
            install.Check();
            return install;
        }

        return map.MoveOf(coreSector, 1) is { } move
            ? throw BootLoaderFinder.Refuse($"GRUB in {boot.Name} loads core.img from sector {coreSector}, inside {move.Partition}, which moves, but there is no core.img")
            : null;
    }

    /// <summary>The numbers that change.</summary>
    public IEnumerable<BytePatch> Patches()
    {
        ulong core = Follow(_coreSector, 1);
        if (core != _coreSector)
        {
            yield return BytePatch.Of(Boot.To + BootSector.Grub2SectorOffset, _coreSector, core, $"first sector of GRUB's core.img, in {Boot.Name}");
        }

        for (int i = 0; i < _blocks.Count; i++)
        {
            ulong was = _blocks[i].FirstSector;
            ulong now = Follow(was, _blocks[i].Count);
            if (now != was)
            {
                yield return BytePatch.Of(
                    ((long)core * _map.SectorSize) + GrubBlockList.OffsetOf(i), was, now, $"sector from which GRUB's core.img goes on ({_blocks[i].Count} sectors), in its block list");
            }
        }
    }

    /// <summary>Whether a realigned disk, walked as GRUB walks it, gives the same core.img as the base.</summary>
    public bool LoadsTheSameFrom(IBlockReader disk, IBlockReader realigned) =>
        BootSector.Parse(realigned.ReadBytes(Boot.To, BootSector.Size)) is { Kind: BootLoaderKind.Grub2, NextSector: var core }
        && Load(disk, _coreSector) is { } was
        && Load(realigned, core) is { } now
        && was.AsSpan().SequenceEqual(now);

    /// <returns>Null when it names sectors that the disk does not have, or too many.</returns>
    private byte[]? Load(IBlockReader disk, ulong coreSector)
    {
        ulong sectors = (ulong)(disk.Length / _map.SectorSize);
        if (coreSector >= sectors)
        {
            return null;
        }

        byte[] first = disk.ReadBytes((long)coreSector * _map.SectorSize, BootSector.Size);
        IReadOnlyList<GrubBlocks> blocks = GrubBlockList.Parse(first);
        if (blocks.Any(run => run.FirstSector >= sectors || run.Count > sectors - run.FirstSector) || blocks.Sum(run => run.Count) > MaxCoreSectors)
        {
            return null;
        }

        GrubBlockList.ClearPlaces(first, blocks.Count);
        return [.. first, .. blocks.SelectMany(run => disk.ReadBytes((long)run.FirstSector * _map.SectorSize, run.Count * _map.SectorSize))];
    }

    private void Check()
    {
        // The first sector, which the boot sector names, is a run as well.
        foreach (GrubBlocks run in _blocks.Prepend(new GrubBlocks(_coreSector, 1)))
        {
            if (!_map.Contains(run.FirstSector, run.Count))
            {
                throw BootLoaderFinder.Refuse($"GRUB's core.img, named in {Boot.Name}, continues at sector {run.FirstSector}, which the disk does not have");
            }

            Follow(run.FirstSector, run.Count);
            if (_map.Loses(run.FirstSector, run.Count))
            {
                throw BootLoaderFinder.Refuse(
                    $"GRUB's core.img, named in {Boot.Name}, has {(run.Count == 1 ? "a sector" : $"{run.Count} sectors")} at {run.FirstSector}, {BootLoaderFinder.NotKept}");
            }
        }

        if (_blocks.Sum(run => run.Count) > MaxCoreSectors)
        {
            throw BootLoaderFinder.Refuse($"GRUB's core.img, named in {Boot.Name}, lists more than the {MaxCoreSectors} sectors that fit in memory");
        }
    }

    private ulong Follow(ulong sector, int count) => _map.Follow(sector, count)
        ?? throw BootLoaderFinder.Refuse($"GRUB's core.img, named in {Boot.Name}, has {count} sectors at {sector} that do not move together");
}
