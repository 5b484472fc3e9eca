using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Partitions;

/// <summary>What a table says a partition is for: one byte in an MBR, a GUID in a GPT. Never trusted for what is really inside.</summary>
public sealed record PartitionType
{
    private PartitionType(byte? mbrCode, Guid? gptGuid, string id, string name)
    {
        MbrCode = mbrCode;
        GptGuid = gptGuid;
        Id = id;
        Name = name;
    }

    /// <summary>The type of a file system that fills a disk without a table.</summary>
    public static PartitionType WholeDisk { get; } = new(null, null, "none", "Whole disk");

    public byte? MbrCode { get; }

    public Guid? GptGuid { get; }

    /// <summary>The type as sfdisk writes it: two hexadecimal digits, or a GUID in capitals.</summary>
    public string Id { get; }

    /// <summary>A name for people; the <see cref="Id"/> again for a type that has none here.</summary>
    public string Name { get; }

    public static PartitionType FromMbr(byte code)
    {
        string id = code.ToString("x2");
        return new PartitionType(code, null, id, MbrTypes.NameOf(code) ?? $"type {id}");
    }

    public static PartitionType FromGpt(Guid type)
    {
        string id = type.ToString("D").ToUpperInvariant();
        return new PartitionType(null, type, id, GptTypes.NameOf(type) ?? $"type {id}");
    }

    public override string ToString() => Name;
}
