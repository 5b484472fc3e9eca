using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>Finds the sound copies of a GPT and, with their checksums, the sector size of the disk.</summary>
internal static class GptReader
{
    private const string Structure = "GPT";

    private static readonly int[] SectorSizes = [512, 4096];

    public static GptTable Read(IBlockReader disk, MbrSector mbr)
    {
        Attempt[] primaries = [.. SectorSizes.Select(size => Attempt.At(disk, size, GptCopy.PrimaryLba))];
        if (OnlySound(primaries) is Attempt primary)
        {
            return WithPrimary(disk, mbr, primary);
        }

        Attempt[] backups = [.. SectorSizes.Select(size => BackupWithoutPrimary(disk, size))];
        if (OnlySound(backups) is Attempt backup)
        {
            TableFinding finding = new(
                TableFindingKind.PrimaryDamaged, $"The primary GPT is damaged; the backup at sector {backup.Copy!.Header.MyLba} was used. {Telling(primaries).Message}");
            return GptTable.FromBackup(disk.Length, backup.SectorSize, mbr, backup.Copy, finding);
        }

        throw Telling(primaries) switch
        {
            UnsupportedImageException unsupported => unsupported,
            Exception fault => new CorruptImageException(
                fault is CorruptImageException { Kind: CorruptKind kind } ? kind : CorruptKind.Inconsistent,
                Structure,
                $"the MBR announces a GPT, but no sound copy of it was found. Primary: {fault.Message} Backup: {Telling(backups).Message}"),
        };
    }

    /// <summary>The place of a sound primary header on a disk whose MBR does not announce one, or null.</summary>
    public static long? FindStrayHeader(IBlockReader disk) => SectorSizes
        .Select(size => Attempt.At(disk, size, GptCopy.PrimaryLba))
        .Where(attempt => attempt.Copy is not null)
        .Select(attempt => (long?)attempt.SectorSize)
        .FirstOrDefault();

    /// <summary>
    /// The backup is in the last sector. On a disk that was made larger it is not: then only a primary header that is itself sound, its array
    /// being damaged, tells where.
    /// </summary>
    private static Attempt BackupWithoutPrimary(IBlockReader disk, int sectorSize)
    {
        long diskSectors = disk.Length / sectorSize;
        Attempt last = Attempt.At(disk, sectorSize, diskSectors - 1);
        if (last.Copy is not null || diskSectors <= GptCopy.PrimaryLba)
        {
            return last;
        }

        try
        {
            GptHeader primary = GptHeader.Parse(disk.ReadBytes(GptCopy.PrimaryLba * sectorSize, sectorSize));
            return primary.MyLba == (ulong)GptCopy.PrimaryLba && primary.AlternateLba > primary.LastUsableLba && primary.AlternateLba < (ulong)diskSectors
                ? Attempt.At(disk, sectorSize, (long)primary.AlternateLba)
                : last;
        }
        catch (Exception fault) when (fault is CorruptImageException or UnsupportedImageException)
        {
            return last;
        }
    }

    private static GptTable WithPrimary(IBlockReader disk, MbrSector mbr, Attempt primary)
    {
        GptCopy copy = primary.Copy!;
        long diskSectors = disk.Length / primary.SectorSize;
        List<TableFinding> findings = [];
        ulong alternate = copy.Header.AlternateLba;
        Attempt backup = alternate > copy.Header.LastUsableLba && alternate < (ulong)diskSectors
            ? Attempt.At(disk, primary.SectorSize, (long)alternate)
            : Attempt.Missing(primary.SectorSize, $"AlternateLBA is {alternate}, not a sector after LastUsableLBA on a disk of {diskSectors}.");
        if (backup.Copy is { } found && found.Header.EntriesLba <= copy.Header.LastUsableLba)
        {
            // Sound by itself, it may say that partitions end earlier; written back there it would go over one.
            backup = Attempt.Missing(
                primary.SectorSize, $"Its array is at sector {found.Header.EntriesLba}, but the primary gives the sectors up to {copy.Header.LastUsableLba} to partitions.");
        }

        if (backup.Copy is null)
        {
            findings.Add(new TableFinding(
                TableFindingKind.BackupDamaged, $"The backup GPT is missing or damaged; the primary was used. {backup.Fault!.Message}"));
        }
        else if (!IsSameTable(copy, backup.Copy))
        {
            findings.Add(new TableFinding(
                TableFindingKind.CopiesDiffer, "The two copies of the GPT are sound but differ; the primary was used, as kernels do."));
        }
        else if ((long)alternate != diskSectors - 1)
        {
            findings.Add(new TableFinding(
                TableFindingKind.BackupNotAtEnd,
                $"The backup GPT is at sector {alternate}, but the disk ends with sector {diskSectors - 1}: it was made larger later."));
        }

        return GptTable.FromPrimary(disk.Length, primary.SectorSize, mbr, copy, backup.Copy, findings);
    }

    private static bool IsSameTable(GptCopy primary, GptCopy backup) =>
        backup.Header.AlternateLba == (ulong)GptCopy.PrimaryLba
        && backup.Header.DiskGuid == primary.Header.DiskGuid
        && backup.Header.FirstUsableLba == primary.Header.FirstUsableLba
        && backup.Header.LastUsableLba == primary.Header.LastUsableLba
        && backup.Header.EntryCount == primary.Header.EntryCount
        && backup.Header.EntrySize == primary.Header.EntrySize
        && backup.Header.EntriesCrc == primary.Header.EntriesCrc;

    private static Attempt? OnlySound(Attempt[] attempts)
    {
        Attempt[] sound = [.. attempts.Where(attempt => attempt.Copy is not null)];
        return sound.Length <= 1
            ? sound.SingleOrDefault()
            : throw new UnsupportedImageException(
                UnsupportedKind.Ambiguous, Structure, "one copy is sound for 512-byte sectors and another for 4096-byte sectors. Remove the stale one.");
    }

    /// <summary>The fault that says most: a header that is there but wrong tells more than one that is not there at all.</summary>
    private static Exception Telling(Attempt[] attempts) =>
        attempts.Select(attempt => attempt.Fault!).FirstOrDefault(fault => fault is not CorruptImageException { Kind: CorruptKind.BadMagic or CorruptKind.Truncated })
        ?? attempts[0].Fault!;

    private sealed record Attempt(int SectorSize, GptCopy? Copy, Exception? Fault)
    {
        public static Attempt At(IBlockReader disk, int sectorSize, long lba)
        {
            try
            {
                return new Attempt(sectorSize, GptCopy.Read(disk, sectorSize, lba), Fault: null);
            }
            catch (CorruptImageException fault)
            {
                return new Attempt(sectorSize, Copy: null, fault);
            }
            catch (UnsupportedImageException fault)
            {
                return new Attempt(sectorSize, Copy: null, fault);
            }
        }

        public static Attempt Missing(int sectorSize, string why) =>
            new(sectorSize, Copy: null, new CorruptImageException(CorruptKind.Truncated, "GPT header", why));
    }
}
