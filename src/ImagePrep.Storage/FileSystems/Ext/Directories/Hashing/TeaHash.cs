namespace ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

/// <summary>TEA as a hash: each piece of the name is the key that encrypts the state, which is then added (Davies-Meyer).</summary>
internal static class TeaHash
{
    private const int Words = 4;
    private const int Rounds = 16;
    private const uint Delta = 0x9E37_79B9;

    public static uint Compute(ReadOnlySpan<byte> name, bool isUnsigned, ReadOnlySpan<uint> seed)
    {
        uint left = seed[0];
        uint right = seed[1];
        Span<uint> key = stackalloc uint[Words];
        while (!name.IsEmpty)
        {
            NameHash.FillWords(key, name, isUnsigned);
            (uint encryptedLeft, uint encryptedRight) = Encrypt(left, right, key);
            left = unchecked(left + encryptedLeft);
            right = unchecked(right + encryptedRight);
            name = name[Math.Min(name.Length, Words * sizeof(uint))..];
        }

        return left;
    }

    private static (uint Left, uint Right) Encrypt(uint left, uint right, ReadOnlySpan<uint> key)
    {
        uint sum = 0;
        for (int round = 0; round < Rounds; round++)
        {
            unchecked
            {
                sum += Delta;
                left += ((right << 4) + key[0]) ^ (right + sum) ^ ((right >> 5) + key[1]);
                right += ((left << 4) + key[2]) ^ (left + sum) ^ ((left >> 5) + key[3]);
            }
        }

        return (left, right);
    }
}
