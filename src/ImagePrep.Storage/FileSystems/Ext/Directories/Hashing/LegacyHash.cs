namespace ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

/// <summary>The first htree hash: a keyless recurrence over the characters of a name.</summary>
internal static class LegacyHash
{
    private const uint Multiplier = 7_152_373;

    public static uint Compute(ReadOnlySpan<byte> name, bool isUnsigned)
    {
        unchecked
        {
            uint previous = 0x37AB_E8F9;
            uint current = 0x12A3_FE2D;
            foreach (byte character in name)
            {
                uint next = previous + (current ^ (NameHash.Widen(character, isUnsigned) * Multiplier));
                if ((next & 0x8000_0000) != 0)
                {
                    next -= 0x7FFF_FFFF;
                }

                previous = current;
                current = next;
            }

            return current << 1;
        }
    }
}
