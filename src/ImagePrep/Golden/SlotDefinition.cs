using System.Text;
using ImagePrep.Guests;

namespace ImagePrep.Golden;

/// <summary>A fixed-length file of the golden image whose bytes each node replaces by its own.</summary>
/// <param name="Name">Name in golden.json.</param>
/// <param name="Path">Where the guest reads it.</param>
/// <param name="Permissions">Low 12 bits of st_mode.</param>
/// <param name="Placeholder">What the golden image holds; public, and safe to boot with.</param>
public sealed record SlotDefinition(string Name, string Path, int Permissions, byte[] Placeholder)
{
    /// <summary>Length in bytes, in the golden image and in every node image.</summary>
    public int Length => Placeholder.Length;
}

/// <summary>A slot in the guest of this run: the path after links were followed.</summary>
public sealed record SlotPlacement(SlotDefinition Slot, GuestPath Path);

/// <summary>All slots there are. Their formats are part of docs/guest-contract.md.</summary>
public static class SlotCatalog
{
    private const int OwnerReadWrite = 0b110_000_000;
    private const int WorldReadable = 0b110_100_100;
    private const int WorldReadOnly = 0b100_100_100;

    /// <summary>The seed that systemd-random-seed loads (A02–A05 of the inventory).</summary>
    public static SlotDefinition Seed { get; } =
        new("seed", "/var/lib/systemd/random-seed", OwnerReadWrite, Repeat("imageprep placeholder seed: public, never credited\n", 512));

    /// <summary>33 bytes that are no valid machine id, so that PID 1 makes a new one when a golden image is booted.</summary>
    public static SlotDefinition MachineId { get; } =
        new("machine-id", "/etc/machine-id", WorldReadOnly, Encoding.ASCII.GetBytes("imageprep-unstamped-machine-id--\n"));

    /// <summary>64 bytes are the longest host name of Linux (HOST_NAME_MAX), and a newline.</summary>
    public static SlotDefinition HostName { get; } =
        new("hostname", "/etc/hostname", WorldReadable, Pad("localhost\n", 65));

    public static SlotDefinition Node { get; } =
        new("node", "/etc/imageprep/node.conf", OwnerReadWrite, Pad("# imageprep: unstamped placeholder\n", 4096));

    public static IReadOnlyList<SlotDefinition> All { get; } = [Seed, MachineId, HostName, Node];

    /// <summary>True when a file is one of our slots, still holding its placeholder: it is nobody's identity.</summary>
    public static bool IsPlaceholder(GuestNode file)
    {
        ArgumentNullException.ThrowIfNull(file);
        string path = file.Path.ToString();
        return All.Any(slot => slot.Path == path && file.Info.Size == slot.Length && GuestTree.ReadAll(file).AsSpan().SequenceEqual(slot.Placeholder));
    }

    /// <summary>Text followed by newlines up to a fixed length: every reader of line-based files skips empty lines.</summary>
    public static byte[] Pad(string text, int length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, length, nameof(text));
        byte[] padded = new byte[length];
        bytes.CopyTo(padded, 0);
        padded.AsSpan(bytes.Length).Fill((byte)'\n');
        return padded;
    }

    private static byte[] Repeat(string text, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)text[i % text.Length];
        }

        return bytes;
    }
}
