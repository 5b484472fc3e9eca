using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>What an image asks of its reader, and which of it is refused. Bit numbers: "incompatible_features" in the specification.</summary>
internal static class Qcow2Features
{
    public const ulong Dirty = 1UL << 0;
    public const ulong Corrupt = 1UL << 1;
    public const ulong ExternalData = 1UL << 2;
    public const ulong CompressionType = 1UL << 3;
    public const ulong ExtendedL2 = 1UL << 4;

    private const ulong Known = Dirty | Corrupt | ExternalData | CompressionType | ExtendedL2;
    private const string Structure = "qcow2 image";

    /// <summary>An entry of the feature name table: kind, bit, 46 bytes of name.</summary>
    private const int FeatureNameSize = 48;

    /// <summary>Throws for everything that cannot be read faithfully, most telling reason first.</summary>
    /// <param name="head">The parsed header with what follows it.</param>
    /// <param name="backingIsListed">The caller has named the backing file itself.</param>
    public static void RefuseUnhandled(Qcow2Head head, bool backingIsListed)
    {
        (Qcow2Header header, IReadOnlyList<Qcow2HeaderExtension> extensions, string? backingName) = head;
        ulong unknown = header.IncompatibleFeatures & ~Known;
        if (unknown != 0)
        {
            throw Refused(UnsupportedKind.UnknownFeature, $"it needs the unknown feature {NameOf(unknown, extensions)}. {Convert}");
        }

        if ((header.IncompatibleFeatures & ExternalData) != 0)
        {
            string name = NameOfDataFile(extensions);
            throw Refused(UnsupportedKind.OtherFile, $"its data is in another file, '{name}', which is not opened on an image's word. {Convert}");
        }

        if (backingName is not null && !backingIsListed)
        {
            throw Refused(
                UnsupportedKind.OtherFile, $"it is an overlay over '{backingName}', which is not opened on an image's word. List the files below it with --backing, or join them first: {ConvertCommand}");
        }

        if (backingName is null && backingIsListed)
        {
            throw Refused(UnsupportedKind.Ambiguous, "a backing disk was given, but the image names none.");
        }

        if (header.CryptMethod != 0)
        {
            throw Refused(UnsupportedKind.Encrypted, $"its content is encrypted (crypt_method {header.CryptMethod}). {Convert}");
        }

        if ((header.IncompatibleFeatures & Corrupt) != 0)
        {
            throw Refused(UnsupportedKind.NeedsRepair, "it is marked corrupt. Repair a copy with: qemu-img check -f qcow2 -r all FILE");
        }

        if ((header.IncompatibleFeatures & Dirty) != 0)
        {
            throw Refused(UnsupportedKind.NeedsRepair, "it was not closed (dirty bit). Shut the machine down, or run: qemu-img check -f qcow2 -r all FILE");
        }

        RefuseCompressionType(header);
    }

    private const string ConvertCommand = "qemu-img convert -f qcow2 -O qcow2 INPUT OUTPUT";
    private const string Convert = "If you trust the image, convert it: " + ConvertCommand;

    private static void RefuseCompressionType(Qcow2Header header)
    {
        bool announced = (header.IncompatibleFeatures & CompressionType) != 0;
        if (announced != (header.CompressionType != 0))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Structure, $"compression_type is {header.CompressionType}, but its feature bit is {(announced ? "set" : "clear")}.");
        }

        if (header.CompressionType > 1)
        {
            throw Refused(UnsupportedKind.UnknownFeature, $"compression_type is {header.CompressionType}; zlib (0) and zstd (1) are handled.");
        }
    }

    private static string NameOf(ulong bits, IReadOnlyList<Qcow2HeaderExtension> extensions)
    {
        int bit = System.Numerics.BitOperations.TrailingZeroCount(bits);
        byte[] table = extensions.FirstOrDefault(e => e.Type == Qcow2HeaderExtension.FeatureNames)?.Data ?? [];
        for (int i = 0; i + FeatureNameSize <= table.Length; i += FeatureNameSize)
        {
            if (table[i] == 0 && table[i + 1] == bit)
            {
                return $"'{PrintableText.From(table.AsSpan(i + 2, FeatureNameSize - 2).TrimEnd((byte)0))}' (incompatible bit {bit})";
            }
        }

        return $"incompatible bit {bit}";
    }

    private static string NameOfDataFile(IReadOnlyList<Qcow2HeaderExtension> extensions) =>
        extensions.FirstOrDefault(e => e.Type == Qcow2HeaderExtension.ExternalDataFile) is { } found ? PrintableText.From(found.Data) : "unnamed";

    private static UnsupportedImageException Refused(UnsupportedKind kind, string message) => new(kind, Structure, message);
}
