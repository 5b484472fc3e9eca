using ImagePrep.Guests;

namespace ImagePrep.Templates;

/// <summary>One file or link that steps put into a guest: a line of a template folder's manifest.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Content">Bytes of a file; empty for a link.</param>
/// <param name="Permissions">Low 12 bits of st_mode of a file.</param>
/// <param name="Link">Target of a symbolic link; empty for a file.</param>
/// <param name="Slot">Name of the slot it is; empty for none.</param>
/// <param name="Attribute">Extended attribute as NAME=VALUE; empty for none.</param>
/// <param name="When">Conditions, all of which must hold.</param>
/// <param name="Step">The step that places it.</param>
public sealed record TemplateEntry(
    GuestPath Path,
    byte[] Content,
    int Permissions,
    string Link,
    string Slot,
    string Attribute,
    IReadOnlyList<string> When,
    string Step)
{
    /// <summary>Whether it is the product's alone, as its name says: neither a slot nor a file of the guest's own.</summary>
    public bool IsOwn => Slot.Length == 0 && Path.ToString().Contains("imageprep", StringComparison.Ordinal);
}
