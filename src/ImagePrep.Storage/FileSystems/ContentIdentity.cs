namespace ImagePrep.Storage.FileSystems;

/// <summary>What lies on a device, told from its marks alone.</summary>
/// <param name="Type">Type name as blkid prints it; "ext" for all of ext2/3/4; "" when nothing is recognised.</param>
/// <param name="Uuid">As blkid prints it; "" where there is none, or none at a fixed place.</param>
/// <param name="Label">Made safe to show; "" where there is none, or none at a fixed place.</param>
public sealed record ContentIdentity(string Type, string Uuid = "", string Label = "")
{
    public static readonly ContentIdentity Unknown = new("");
}
