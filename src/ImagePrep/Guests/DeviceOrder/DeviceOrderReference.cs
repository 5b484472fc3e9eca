namespace ImagePrep.Guests.DeviceOrder;

/// <summary>
/// A place in the guest that names a disk by the order in which kernel or BIOS count disks. Another controller or a second disk changes that order;
/// preparing does not, and leaves the place as it is.
/// </summary>
/// <param name="File">Guest path; before it the partition, when the guest does not mount that.</param>
/// <param name="Line">From 1; 0 when the remark is on the file as a whole.</param>
/// <param name="Reference">What the line says, printable; or why the rest was not looked into.</param>
/// <param name="Instead">What to write there so that the order does not matter.</param>
public sealed record DeviceOrderReference(string File, int Line, string Reference, string Instead)
{
    /// <summary>"/etc/fstab, line 2".</summary>
    public string Where() => Line > 0 ? $"{File}, line {Line}" : File;
}
