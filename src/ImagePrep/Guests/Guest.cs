namespace ImagePrep.Guests;

/// <summary>The operating system found in a disk: decided from what is installed, never from a name alone.</summary>
/// <param name="Release">What os-release says.</param>
/// <param name="Init">Init system that boots it.</param>
/// <param name="Features">What else keys and identities depend on.</param>
public sealed record Guest(OsRelease Release, InitSystem Init, GuestFeatures Features);
