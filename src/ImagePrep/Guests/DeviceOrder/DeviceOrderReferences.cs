using System.Text;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests.DeviceOrder;

/// <summary>Finds every place in a guest that names a disk by its order. Reads a few small files, and changes nothing.</summary>
public static class DeviceOrderReferences
{
    /// <summary>Two thousand menu entries; a larger file is no configuration.</summary>
    public const int MaxFileBytes = 1 << 20;

    /// <summary>Of one file: enough to see what is wrong with it.</summary>
    public const int MaxReferences = 20;

    /// <summary>More boot entries than a guest has.</summary>
    public const int MaxFiles = 256;

    private const int MaxShownLength = 200;

    /// <param name="files">The guest.</param>
    /// <param name="contents">All partitions of its disk: boot files may lie on one that the guest does not mount.</param>
    /// <returns>In a fixed order of files, in each by line.</returns>
    public static IReadOnlyList<DeviceOrderReference> In(GuestTree files, IEnumerable<PartitionContent> contents)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(contents);
        List<DeviceOrderReference> references = [.. In(files, DeviceOrderFile.OfGuest, "")];
        foreach (PartitionContent content in contents)
        {
            if (content.FileSystem is { } fileSystem && files.Mounts.All(mount => mount.PartitionNumber != content.Partition.Number))
            {
                GuestTree partition = new([new Mount(GuestPath.Root, content.Partition.Number, content.Partition.Range, fileSystem)]);
                references.AddRange(In(partition, DeviceOrderFile.OfBootPartition, $"partition {content.Partition.Number}: "));
            }
        }

        return references;
    }

    private static IEnumerable<DeviceOrderReference> In(GuestTree tree, IReadOnlyList<DeviceOrderFile> kinds, string place)
    {
        // Folders may be links to each other, as /boot/grub to /boot/grub2.
        var found = kinds.SelectMany(kind => tree.Glob(kind.Pattern)
                .Select(link => tree.TryFind(link.Path, out GuestNode? file) && file.Info.Kind == NodeKind.File ? file : null)
                .OfType<GuestNode>()
                .Select(file => (File: file, Kind: kind)))
            .DistinctBy(match => (match.File.Mount.PartitionNumber, match.File.Node))
            .Take(MaxFiles + 1)
            .ToArray();
        foreach ((GuestNode file, DeviceOrderFile kind) in found.Take(MaxFiles))
        {
            foreach (DeviceOrderReference reference in In(file, kind, place))
            {
                yield return reference;
            }
        }

        if (found.Length > MaxFiles)
        {
            yield return new DeviceOrderReference(
                place + PrintableText.From(found[MaxFiles].File.Path.ToString()), 0, $"not looked into, nor what comes after: more than {MaxFiles} files", found[MaxFiles].Kind.Instead);
        }
    }

    private static IEnumerable<DeviceOrderReference> In(GuestNode file, DeviceOrderFile kind, string place)
    {
        string name = place + PrintableText.From(file.Path.ToString());
        if (file.Info.Size > MaxFileBytes)
        {
            return [new DeviceOrderReference(name, 0, $"not looked into: {file.Info.Size} bytes, at most {MaxFileBytes} are read", kind.Instead)];
        }

        NamedDevice[] found = [.. kind.Read(Encoding.UTF8.GetString(GuestTree.ReadAll(file))).Take(MaxReferences + 1)];
        return found.Select((device, index) => new DeviceOrderReference(
            name, device.Line, index < MaxReferences ? Shown(device.Text) : "and more from here on", kind.Instead));
    }

    private static string Shown(string text) => PrintableText.From(text.Length > MaxShownLength ? text[..MaxShownLength] + "…" : text);
}
