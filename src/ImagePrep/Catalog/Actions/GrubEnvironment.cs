namespace ImagePrep.Catalog.Actions;

/// <summary>
/// GRUB's environment block, where the RHEL family keeps kernel arguments (kernelopts): a text of always 1,024 bytes, filled with '#'. GRUB refuses
/// one of another length (lib/envblk.c).
/// </summary>
internal static class GrubEnvironment
{
    private const int Length = 1024;

    private const string Signature = "# GRUB Environment Block\n";

    /// <summary>The text at its proper length when it is such a block that became shorter; any other text as it is.</summary>
    public static string Fit(string text) => text.StartsWith(Signature, StringComparison.Ordinal) ? text.PadRight(Length, '#') : text;
}
