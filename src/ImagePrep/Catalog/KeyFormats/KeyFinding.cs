using ImagePrep.Guests;

namespace ImagePrep.Catalog.KeyFormats;

/// <summary>A private key that is still in the guest.</summary>
/// <param name="Path">Where it lies, links resolved.</param>
/// <param name="Key">What it was recognised as.</param>
public sealed record KeyFinding(GuestPath Path, RecognisedKey Key)
{
    /// <summary>A self-signed certificate for this key, which may lie in the same file; null where none was found.</summary>
    public GuestPath? Certificate { get; init; }
}

/// <summary>What looking through a guest found.</summary>
/// <param name="Keys">Private keys, in byte order of their paths within each folder that was walked.</param>
/// <param name="Files">How many files were looked at.</param>
/// <param name="IsComplete">False when a limit was met, so that there may be more.</param>
public sealed record KeyAuditResult(IReadOnlyList<KeyFinding> Keys, int Files, bool IsComplete);
