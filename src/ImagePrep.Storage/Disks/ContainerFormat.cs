namespace ImagePrep.Storage.Disks;

/// <summary>Disk image formats of other hypervisors: recognised here, and read only after another program converted them.</summary>
public enum ContainerFormat
{
    /// <summary>Virtual PC's and Hyper-V's older format; QEMU calls it vpc.</summary>
    Vhd,

    /// <summary>Hyper-V's format.</summary>
    Vhdx,

    /// <summary>VMware's format.</summary>
    Vmdk,

    /// <summary>VirtualBox's format.</summary>
    Vdi,
}
