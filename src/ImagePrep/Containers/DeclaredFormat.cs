namespace ImagePrep.Containers;

/// <summary>What a user can say an image is. Raw and qcow2 are read as they are; the others are converted by qemu-img first, only when declared.</summary>
public enum DeclaredFormat
{
    /// <summary>The bytes of the disk.</summary>
    Raw,

    /// <summary>QEMU's format.</summary>
    Qcow2,

    /// <summary>Virtual PC's and Hyper-V's older format.</summary>
    Vhd,

    /// <summary>Hyper-V's format.</summary>
    Vhdx,

    /// <summary>VMware's format, in one file.</summary>
    Vmdk,

    /// <summary>VirtualBox's format.</summary>
    Vdi,
}

/// <summary>The formats as users write them.</summary>
public static class DeclaredFormats
{
    /// <summary>Every name, in the order of the help.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<DeclaredFormat>().Select(name => name.ToLowerInvariant())];

    /// <summary>The format of that name; null for a null name.</summary>
    /// <exception cref="ArgumentException">No such name.</exception>
    public static DeclaredFormat? Parse(string? name) => name is null ? null : Enum.Parse<DeclaredFormat>(name, ignoreCase: true);
}
