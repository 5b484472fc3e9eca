namespace ImagePrep.Storage.Disks;

/// <summary>The disk image formats that are read and written.</summary>
public enum DiskFormat
{
    /// <summary>The disk's bytes as they are; holes of the host file read as zero.</summary>
    Raw,

    /// <summary>QEMU's copy-on-write format, version 2 or 3.</summary>
    Qcow2,
}
