using ImagePrep.Catalog.KeyFormats;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Any file of a guest is looked at for keys. Nothing may come of it but an answer.</summary>
internal sealed class KeyFormatsTarget() : FuzzTarget("key-formats")
{
    private static readonly string[] Paths = ["/etc/x", "/etc/pki/nssdb/key3.db", "/root/secring.gpg", "/etc/wireguard/a.key", "/var/lib/systemd/random-seed", "/opt/a.bks"];

    public override bool RefusesMutants => false;

    public override void Execute(Memory<byte> input)
    {
        foreach (string path in Paths)
        {
            RecognisedKey? key = KeyRecogniser.Recognise(path, input.Span, input.Length);
            if (key is { IsPrivate: false, IsEncrypted: true })
            {
                throw new BrokenPromiseException("a public key is said to be encrypted");
            }

            // A file that goes on behind what was read.
            KeyRecogniser.Recognise(path, input.Span, input.Length + (1L << 20));
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        Seed.Whole("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"u8.ToArray()),
        Seed.Whole([0, 0, 0, 7, .. "ssh-rsa"u8, 0, 0, 0, 1, 3, 0, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 4, 1, 2, 3, 4]),
        Seed.Whole([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 97, .. new byte[8], 0, 1, 88, 0, 0, 0, 2, 1, 2]),
        Seed.Whole([0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20, .. new byte[32]]),
        Seed.Whole([5, 2, 0, 0, 0, 20, .. new byte[20], 0xFF, 0xFF, 0xFF, 0xFC, 0, 0, 0, 0]),
        Seed.Whole(
            [.. "SQLite format 3\0"u8, 2, 0, .. new byte[82], 13, 0, 0, 0, 1, 0, 110, 0, 0, 110, 17, 1, 6, 23, 33, 33, 1, 7, .. "table"u8, .. "nssPrivate"u8, .. "nssPrivate"u8, 2]),
        Seed.Whole("[Interface]\nPrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=\noption private_key 'x'\n"u8.ToArray()),
    ];
}
