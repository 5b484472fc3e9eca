using ImagePrep.Guests;
using ImagePrep.Recipes;

namespace ImagePrep.Golden;

/// <summary>A fixed-length file of the golden image whose bytes each node replaces by its own.</summary>
/// <param name="Name">One of <see cref="SlotNames"/>.</param>
/// <param name="Path">Where the guest reads it, after links were followed.</param>
/// <param name="Placeholder">What the golden image holds; public, and safe to boot with. Its length is the slot's.</param>
public sealed record Slot(string Name, GuestPath Path, byte[] Placeholder);

/// <summary>Names of the slots. Their formats are part of docs/guest-contract.md.</summary>
public static class SlotNames
{
    /// <summary>512 random bytes that the guest's init loads.</summary>
    public const string Seed = "seed";

    /// <summary>32 lower-case hexadecimal digits and a newline.</summary>
    public const string MachineId = "machine-id";

    /// <summary>The host name, padded with newlines to 65 bytes.</summary>
    public const string HostName = "hostname";

    /// <summary>KEY=value lines about the node, padded with newlines to 4,096 bytes.</summary>
    public const string Node = "node";

    /// <summary>Bytes of each slot.</summary>
    public static IReadOnlyDictionary<string, int> Lengths { get; } =
        new Dictionary<string, int>(StringComparer.Ordinal) { [Seed] = 512, [MachineId] = 33, [HostName] = 65, [Node] = 4096 };

    private static readonly Lazy<IReadOnlyList<byte[]>> Placeholders =
        new(() => [.. EmbeddedFiles.List("templates/common/slots").Select(EmbeddedFiles.Read)]);

    /// <summary>True when a file is a slot that still holds its placeholder: it is nobody's identity. Where it lies depends on the guest's init.</summary>
    public static bool IsPlaceholder(GuestNode file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Placeholders.Value.Any(placeholder =>
            file.Info.Size == placeholder.Length && GuestTree.ReadAll(file).AsSpan().SequenceEqual(placeholder));
    }
}
