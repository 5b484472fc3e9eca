namespace ImagePrep.Catalog.KeyFormats;

/// <summary>What a file was recognised as.</summary>
/// <param name="Format">Id of the format, as in recipes/catalog/key-formats.yaml.</param>
/// <param name="IsPrivate">Whether this file must stay secret.</param>
/// <param name="IsEncrypted">Whether its private part asks for a passphrase or a device.</param>
public sealed record RecognisedKey(string Format, bool IsPrivate, bool IsEncrypted);
