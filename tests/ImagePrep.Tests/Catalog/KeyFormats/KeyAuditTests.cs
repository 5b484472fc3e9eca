using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImagePrep.Catalog.KeyFormats;
using ImagePrep.Guests;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Catalog.KeyFormats;

public sealed class KeyAuditTests
{
    private const string Key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n";

    private readonly MemoryFileSystem _root = new();

    [Theory]
    [InlineData("/etc/app/key.pem")]
    [InlineData("/root/key.pem")]
    [InlineData("/home/me/project/deep/down/key.pem")]
    [InlineData("/srv/www/key.pem")]
    [InlineData("/opt/app/conf/key.pem")]
    [InlineData("/usr/local/etc/key.pem")]
    [InlineData("/boot/key.pem")]
    [InlineData("/var/lib/tor/service/key.pem")]
    [InlineData("/var/lib/nova/.ssh/id_rsa")]
    [InlineData("/var/backups/key.pem")]
    [InlineData("/data/key.pem")]
    [InlineData("/key.pem")]
    public void Find_KeyWhereSecretsAreKept_IsFound(string path)
    {
        _root.Add(path, Key);

        KeyAuditResult result = Find();

        result.Keys.ShouldHaveSingleItem().ShouldBe(new KeyFinding(GuestPath.Parse(path), new RecognisedKey("pkcs8-private-key", true, false)));
        result.IsComplete.ShouldBeTrue();
        result.Files.ShouldBe(1);
    }

    [Theory]
    [InlineData("/usr/share/doc/openssl/demo.pem")]
    [InlineData("/var/lib/dpkg/info/openssl.key")]
    [InlineData("/etc/ssl/public.pem.keep")]
    [InlineData("/etc/kept/deep/key.pem")]
    [InlineData("/lib/firmware/key.pem")]
    public void Find_SamplesAndWhatIsKept_AreLeftOut(string path)
    {
        _root.Add(path, Key);

        KeyAudit.Find(Tree(), ["/etc/ssl/*.keep", "/etc/kept"]).Keys.ShouldBeEmpty();
    }

    [Fact]
    public void Find_PublicKeysLinksAndLargeFiles_AreNoFindings()
    {
        _root.Add("/etc/a.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5l me@here\n");
        _root.Add("/usr/share/sample.pem", Key);
        _root.AddLink("/etc/link.pem", "/usr/share/sample.pem");
        _root.AddLink("/etc/loop", "/etc");
        _root.Add("/etc/large.bin", Key + new string('x', 1 << 20));

        Find().Keys.ShouldBeEmpty();
    }

    [Fact]
    public void Find_KeyBehindTheFirstBlock_IsFoundInTextOnly()
    {
        _root.Add("/etc/long.pem", new string('#', 9000) + "\n" + Key);
        _root.Add("/etc/long.bin", "\0" + new string('#', 9000) + "\n" + Key);
        _root.Add("/etc/too-long.pem", new string('#', KeyRecogniser.MaxText) + "\n" + Key);

        Find().Keys.Select(key => key.Path.ToString()).ShouldBe(["/etc/long.pem"]);
    }

    [Fact]
    public void Find_BinaryFileThatBeginsAsAKeyStore_IsReadToItsEnd()
    {
        int[] certificates = [.. Enumerable.Repeat(2, 40)];
        _root.AddBytes("/opt/trust.jks", KeyBytes.JavaKeystore(0xFEEDFEED, certificates));
        _root.AddBytes("/opt/keys.jks", KeyBytes.JavaKeystore(0xFEEDFEED, [.. certificates, 1]));

        Find().Keys.ShouldHaveSingleItem().Path.ToString().ShouldBe("/opt/keys.jks");
    }

    [Fact]
    public void Find_FolderThatIsALinkIntoAnother_IsWalkedOnce()
    {
        _root.Add("/etc/app/key.pem", Key);
        _root.AddLink("/srv", "/etc");

        Find().Keys.ShouldHaveSingleItem();
    }

    [Fact]
    public void Find_KeyOnAnotherFileSystem_IsFound()
    {
        MemoryFileSystem boot = new();
        boot.Add("/efi/key.pem", Key);
        _root.AddDirectory("/boot");
        GuestTree tree = new([Mount("/", _root), Mount("/boot", boot)]);

        KeyAudit.Find(tree, []).Keys.ShouldHaveSingleItem().Path.ToString().ShouldBe("/boot/efi/key.pem");
    }

    [Fact]
    public void Find_FoldersWithoutEnd_StopsAndSaysSo()
    {
        _root.Add("/etc" + string.Concat(Enumerable.Repeat("/d", 80)) + "/key.pem", Key);

        KeyAuditResult result = Find();

        result.Keys.ShouldBeEmpty();
        result.IsComplete.ShouldBeFalse();
    }

    [Theory]
    [InlineData("rsa", false, false)]
    [InlineData("rsa", true, false)]
    [InlineData("ec", false, false)]
    [InlineData("ec", false, true)]
    [InlineData("ec", true, true)]
    public void Find_KeyWithItsSelfSignedCertificate_NamesIt(string kind, bool der, bool older)
    {
        (byte[] key, byte[] certificate) = KeyPair(kind, der, older);
        (_, byte[] other) = KeyPair(kind, der, older);
        _root.AddBytes("/etc/app/a.crt", other);
        _root.AddBytes("/etc/app/b.crt", certificate);
        _root.AddBytes("/etc/app/own.key", key);

        Find().Keys.ShouldHaveSingleItem().Certificate.ShouldBe(GuestPath.Parse("/etc/app/b.crt"));
    }

    [Fact]
    public void Find_KeyAndCertificateInOneFile_NamesThatFile()
    {
        (byte[] key, byte[] certificate) = KeyPair("rsa", der: false, older: false);
        _root.AddBytes("/etc/haproxy/site.pem", [.. certificate, (byte)'\n', .. key]);

        Find().Keys.ShouldHaveSingleItem().Certificate.ShouldBe(GuestPath.Parse("/etc/haproxy/site.pem"));
    }

    [Fact]
    public void Find_CertificateThatAnAuthoritySigned_IsNotNamed()
    {
        using ECDsa authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using X509Certificate2 signed = new CertificateRequest("CN=base", own, HashAlgorithmName.SHA256).Create(
            new X500DistinguishedName("CN=authority"), X509SignatureGenerator.CreateForECDsa(authority), start, start.AddYears(1), [1]);
        _root.Add("/etc/app/own.crt", signed.ExportCertificatePem());
        _root.Add("/etc/app/own.key", own.ExportPkcs8PrivateKeyPem());

        Find().Keys.ShouldHaveSingleItem().Certificate.ShouldBeNull();
    }

    private static (byte[] Key, byte[] Certificate) KeyPair(string kind, bool der, bool older)
    {
        DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        CertificateRequest request = kind == "rsa"
            ? new CertificateRequest("CN=base", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=base", ec, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(start, start.AddYears(1));
        AsymmetricAlgorithm pair = kind == "rsa" ? rsa : ec;
        byte[] key = (der, older) switch
        {
            (true, true) => ec.ExportECPrivateKey(),
            (true, false) => pair.ExportPkcs8PrivateKey(),
            (false, true) => KeyBytes.Latin1(ec.ExportECPrivateKeyPem()),
            (false, false) => KeyBytes.Latin1(pair.ExportPkcs8PrivateKeyPem()),
        };
        return (key, der ? certificate.RawData : KeyBytes.Latin1(certificate.ExportCertificatePem()));
    }

    private static Mount Mount(string point, MemoryFileSystem fileSystem) =>
        new(GuestPath.Parse(point), 1, new ByteRange(1 << 20, 1L << 30), fileSystem);

    private GuestTree Tree() => new([Mount("/", _root)]);

    private KeyAuditResult Find() => KeyAudit.Find(Tree(), []);
}
