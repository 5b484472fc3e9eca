using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.Directories.Hashing;

/// <summary>
/// The hash by which an htree orders names: 31 bits, shifted left by one. Bit 0 is free for the index, which sets it on a boundary whose
/// hash also occurs in the leaf before.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/directory.html#hash-tree-directories"/>
internal sealed class NameHash
{
    /// <summary>Readers of the directory use this value for "behind the last name", so no name may have it.</summary>
    private const uint EndOfDirectory = 0xFFFF_FFFE;

    private const uint LargestHash = EndOfDirectory - 2;

    private static readonly uint[] DefaultSeed = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476];

    private readonly uint[] _seed;
    private readonly bool _isUnsigned;

    /// <exception cref="UnsupportedImageException">A hash version that this tool does not know.</exception>
    public NameHash(DirectoryRules rules, byte version)
    {
        if (version > (byte)HashVersion.Tea)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature,
                $"directory inode {rules.Self}",
                $"names are hashed by version {version}; known are 0 (legacy), 1 (half-MD4) and 2 (TEA).");
        }

        Version = (HashVersion)version;
        _isUnsigned = rules.HashUnsigned;
        _seed = ReadSeed(rules.HashSeed);
    }

    public HashVersion Version { get; }

    public uint Compute(ReadOnlySpan<byte> name)
    {
        uint hash = Version switch
        {
            HashVersion.Legacy => LegacyHash.Compute(name, _isUnsigned),
            HashVersion.HalfMd4 => HalfMd4Hash.Compute(name, _isUnsigned, _seed),
            _ => TeaHash.Compute(name, _isUnsigned, _seed),
        };
        hash &= ~1u;
        return hash == EndOfDirectory ? LargestHash : hash;
    }

    /// <summary>The next piece of a name as words: big-endian characters, padded with the length of what is left of the name.</summary>
    internal static void FillWords(Span<uint> words, ReadOnlySpan<byte> rest, bool isUnsigned)
    {
        uint length = (uint)rest.Length;
        words.Fill(unchecked(length * 0x0101_0101));
        for (int i = 0; i < Math.Min(rest.Length, words.Length * sizeof(uint)); i++)
        {
            ref uint word = ref words[i / sizeof(uint)];
            word = unchecked((word << 8) + Widen(rest[i], isUnsigned));
        }
    }

    /// <summary>A character as C widens it: with or without its sign.</summary>
    internal static uint Widen(byte character, bool isUnsigned) => isUnsigned ? character : unchecked((uint)(sbyte)character);

    private static uint[] ReadSeed(ReadOnlySpan<byte> stored)
    {
        uint[] seed = new uint[DefaultSeed.Length];
        for (int i = 0; i < seed.Length; i++)
        {
            seed[i] = BinaryPrimitives.ReadUInt32LittleEndian(stored[(i * sizeof(uint))..]);
        }

        return Array.TrueForAll(seed, word => word == 0) ? DefaultSeed : seed;
    }
}
