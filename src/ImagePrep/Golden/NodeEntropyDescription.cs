namespace ImagePrep.Golden;

/// <summary>How nodes of a golden image treat their seed, and which keys they make.</summary>
/// <param name="SeedCredited">Whether the image lets a node count its seed as entropy, under the conditions of the guest contract.</param>
/// <param name="KeysMade">"service-start" or "command".</param>
/// <param name="NetworkGuard">Whether inbound traffic is held until the keys exist.</param>
/// <param name="SshKeyTypes">Types of SSH host keys.</param>
/// <param name="RsaBits">Length of RSA host keys.</param>
/// <param name="EcdsaBits">Curve of ECDSA host keys.</param>
/// <param name="TlsKey">Key of the self-signed certificate.</param>
/// <param name="EntropyFloor">Bits that old kernels must report before a key is made; 0 for none.</param>
public sealed record NodeEntropyDescription(
    bool SeedCredited,
    string KeysMade,
    bool NetworkGuard,
    IReadOnlyList<string> SshKeyTypes,
    string RsaBits,
    string EcdsaBits,
    string TlsKey,
    int EntropyFloor);
