using System.Text;
using ImagePrep.Catalog.KeyFormats;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Catalog.KeyFormats;

/// <summary>Keys made by the programs that use them.</summary>
public sealed class KeyRecogniserTests : IDisposable
{
    private const string Passphrase = "correct horse";

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("rsa", "", false)]
    [InlineData("ecdsa", "", false)]
    [InlineData("ed25519", "", false)]
    [InlineData("ed25519", Passphrase, true)]
    public void Recognise_KeyOfSshKeygen_IsPrivate(string type, string passphrase, bool isEncrypted)
    {
        string key = SshKey(type, passphrase);

        Look("/etc/odd", key).ShouldBe(new RecognisedKey("openssh-private-key", true, isEncrypted));
        Look("/etc/odd.pub", key + ".pub").ShouldBe(new RecognisedKey("ssh-public-key", false, false));
    }

    [Theory]
    [InlineData("PEM", "", "pem-private-key", false)]
    [InlineData("PEM", Passphrase, "pem-private-key", true)]
    [InlineData("PKCS8", "", "pkcs8-private-key", false)]
    [InlineData("PKCS8", Passphrase, "pkcs8-encrypted-private-key", true)]
    public void Recognise_OlderFormatsOfSshKeygen_ArePrivate(string format, string passphrase, string expected, bool isEncrypted)
    {
        string key = _scratch.File("key");
        Tool("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", format, "-N", passphrase, "-f", key);

        Look("/root/key", key).ShouldBe(new RecognisedKey(expected, true, isEncrypted));
    }

    [Fact]
    public void Recognise_Ssh2PublicKey_IsPublic()
    {
        string key = SshKey("ed25519", "");
        string exported = OutsideTool.Run("ssh-keygen", "-e", "-f", key + ".pub").EnsureSuccess("ssh-keygen -e").Output;

        Text("/etc/key", exported).ShouldBe(new RecognisedKey("ssh2-public-key", false, false));
    }

    [Theory]
    [InlineData("rsa -pkeyopt rsa_keygen_bits:2048", "-traditional", "pem-private-key")]
    [InlineData("rsa -pkeyopt rsa_keygen_bits:2048", "", "pkcs8-private-key")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-256", "-traditional", "pem-private-key")]
    [InlineData("ed25519", "", "pkcs8-private-key")]
    public void Recognise_PemOfOpenssl_IsPrivate(string algorithm, string form, string expected)
    {
        string key = OpensslKey(algorithm);
        string written = _scratch.File("written.pem");
        Tool("openssl", ["pkey", "-in", key, .. Words(form), "-out", written]);

        Look("/etc/ssl/key.pem", written).ShouldBe(new RecognisedKey(expected, true, false));
    }

    [Theory]
    [InlineData("rsa -pkeyopt rsa_keygen_bits:2048", "pkey -traditional")]
    [InlineData("rsa -pkeyopt rsa_keygen_bits:2048", "pkcs8 -topk8 -nocrypt")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-256", "pkey -traditional")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-256", "pkcs8 -topk8 -nocrypt")]
    [InlineData("ed25519", "pkcs8 -topk8 -nocrypt")]
    public void Recognise_DerOfOpenssl_IsPrivate(string algorithm, string command)
    {
        string written = _scratch.File("key.der");
        Tool("openssl", [.. Words(command), "-in", OpensslKey(algorithm), "-outform", "DER", "-out", written]);

        Look("/srv/key", written).ShouldBe(new RecognisedKey("der-private-key", true, false));
    }

    [Theory]
    [InlineData("PEM", "", "pkcs8-encrypted-private-key")]
    [InlineData("DER", "", "der-private-key")]
    [InlineData("DER", "-v1 PBE-SHA1-3DES", "der-private-key")]
    public void Recognise_EncryptedPkcs8_IsPrivateAndEncrypted(string form, string scheme, string expected)
    {
        string written = _scratch.File("key");
        Tool(
            "openssl",
            ["pkcs8", "-topk8", "-in", OpensslKey("ed25519"), "-outform", form, "-passout", "pass:" + Passphrase, .. Words(scheme), "-out", written]);

        Look("/srv/key", written).ShouldBe(new RecognisedKey(expected, true, true));
    }

    [Fact]
    public void Recognise_CertificateStores_TellsThoseWithKeys()
    {
        (string key, string certificate) = Pair();
        string withKey = _scratch.File("with-key.p12");
        string without = _scratch.File("without.p12");
        Tool("openssl", "pkcs12", "-export", "-inkey", key, "-in", certificate, "-passout", "pass:" + Passphrase, "-out", withKey);
        Tool("openssl", "pkcs12", "-export", "-nokeys", "-in", certificate, "-passout", "pass:" + Passphrase, "-out", without);

        Look("/opt/app/store", withKey).ShouldBe(new RecognisedKey("der-private-key", true, true));
        Look("/opt/app/trust", without).ShouldBe(new RecognisedKey("der-private-key", false, false));
    }

    [Fact]
    public void Recognise_CertificateAndWhatComesWithIt_IsPublicUnlessItsKeyIsInTheFile()
    {
        (string key, string certificate) = Pair();
        string der = _scratch.File("certificate.der");
        string request = _scratch.File("request.pem");
        Tool("openssl", "x509", "-in", certificate, "-outform", "DER", "-out", der);
        Tool("openssl", "req", "-new", "-key", key, "-subj", "/CN=base", "-out", request);
        string both = File.ReadAllText(certificate) + File.ReadAllText(key);

        Look("/etc/a.pem", certificate).ShouldBe(new RecognisedKey("certificate", false, false));
        Look("/etc/a.csr", request).ShouldBe(new RecognisedKey("certificate", false, false));
        Look("/etc/a.der", der).ShouldBe(new RecognisedKey("der-certificate", false, false));
        Text("/etc/both.pem", both).ShouldBe(new RecognisedKey("pkcs8-private-key", true, false));
        Text("/etc/both.crlf", both.ReplaceLineEndings("\r\n")).ShouldBe(new RecognisedKey("pkcs8-private-key", true, false));
        Text("/etc/both.json", "{\"key\": \"" + both.ReplaceLineEndings("\\n") + "\"}").ShouldBe(new RecognisedKey("pkcs8-private-key", true, false));
        Text("/etc/both.yaml", "key: |\n  " + both.ReplaceLineEndings("\n  ")).ShouldBe(new RecognisedKey("pkcs8-private-key", true, false));
    }

    [Fact]
    public void Recognise_OpensshKeyInJson_IsPrivate() =>
        Text("/opt/key.json", "{\"k\":\"" + File.ReadAllText(SshKey("ed25519", "")).ReplaceLineEndings("\\n") + "\"}")
            .ShouldBe(new RecognisedKey("openssh-private-key", true, false));

    [Fact]
    public void Recognise_DhParameters_ArePublic() =>
        Text("/etc/ssl/dh.pem", OutsideTool.Run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048").Output)
            .ShouldBe(new RecognisedKey("dh-parameters", false, false));

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    [InlineData("ed25519")]
    public void Recognise_HostKeyOfDropbear_IsPrivate(string type)
    {
        string key = _scratch.File("host_key");
        Tool("dropbearkey", "-t", type, "-f", key);

        Look("/etc/odd", key).ShouldBe(new RecognisedKey("dropbear-host-key", true, false));
        byte[] publicKey = Convert.FromBase64String(
            OutsideTool.Run("dropbearkey", "-y", "-f", key).Output.Split('\n').Single(line => line.Contains(" AAAA", StringComparison.Ordinal)).Split(' ')[1]);
        KeyRecogniser.Recognise("/etc/odd", publicKey, publicKey.Length).ShouldBe(new RecognisedKey("dropbear-host-key", false, false));
    }

    [Fact]
    public void Recognise_KeysOfWireguard_ArePrivateUnlessPublic()
    {
        string secret = OutsideTool.Run("wg", "genkey").EnsureSuccess("wg genkey").Output;
        string open = OutsideTool.Run("wg", ["pubkey"], input: Encoding.ASCII.GetBytes(secret)).EnsureSuccess("wg pubkey").Output;
        string shared = OutsideTool.Run("wg", "genpsk").EnsureSuccess("wg genpsk").Output;
        RecognisedKey expected = new("wireguard-private-key", true, false);

        Text("/etc/wireguard/private.key", secret).ShouldBe(expected);
        Text("/etc/wireguard/public.key", open).ShouldBeNull();
        Text("/etc/wireguard/wg0.conf", $"[Interface]\nPrivateKey = {secret}\n[Peer]\nPublicKey = {open}").ShouldBe(expected);
        Text("/etc/wireguard/wg0.conf", $"[Interface]\nPrivateKey=\n[Peer]\nPublicKey = {open}").ShouldBeNull();
        Text("/etc/systemd/network/wg0.netdev", $"[WireGuardPeer]\nPublicKey={open}PresharedKey={shared}").ShouldBe(expected);
        Text("/etc/NetworkManager/system-connections/wg0", $"[wireguard]\nprivate-key={secret}").ShouldBe(expected);
        Text("/etc/config/network", $"config interface 'wg0'\n\toption private_key '{secret.Trim()}'\n").ShouldBe(expected);
    }

    [Fact]
    public void Recognise_DatabaseOfNss_IsPrivateWhenAKeyIsInIt()
    {
        string folder = _scratch.File("nssdb");
        Directory.CreateDirectory(folder);
        Tool("certutil", "-N", "--empty-password", "-d", "sql:" + folder);
        string database = Path.Combine(folder, "key4.db");
        Look("/etc/pki/nssdb/key4.db", database).ShouldBe(new RecognisedKey("nss-database", false, false));

        string noise = _scratch.File("noise");
        File.WriteAllBytes(noise, [.. Enumerable.Range(0, 2048).Select(i => (byte)(i * 37))]);
        Tool("certutil", "-S", "-n", "base", "-s", "CN=base", "-x", "-t", ",,", "-z", noise, "-d", "sql:" + folder);
        Look("/etc/pki/nssdb/key4.db", database).ShouldBe(new RecognisedKey("nss-database", true, false));
        Look("/etc/pki/nssdb/cert9.db", Path.Combine(folder, "cert9.db")).ShouldBeNull();
    }

    [Theory]
    [InlineData("ed25519", "", false)]
    [InlineData("rsa2048", Passphrase, true)]
    public void Recognise_KeysOfGnupg_ArePrivate(string algorithm, string passphrase, bool isEncrypted)
    {
        // Only its owner may enter a temporary folder, as gpg demands.
        string home = _scratch.Path;
        string[] quiet = ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase];
        try
        {
            Tool("gpg", [.. quiet, "--quick-generate-key", "base@example.org", algorithm, "default", "never"]);
            string key = Directory.GetFiles(Path.Combine(home, "private-keys-v1.d"))[0];
            Look("/root/.gnupg/private-keys-v1.d/x.key", key).ShouldBe(new RecognisedKey("gnupg-private-key", true, isEncrypted));

            string armoured = _scratch.File("key.asc");
            string binary = _scratch.File("secring.gpg");
            Tool("gpg", [.. quiet, "--armor", "--output", armoured, "--export-secret-keys"]);
            Tool("gpg", [.. quiet, "--output", binary, "--export-secret-keys"]);
            Look("/root/key.asc", armoured).ShouldBe(new RecognisedKey("pgp-private-key", true, false));
            Look("/root/.gnupg/secring.gpg", binary).ShouldBe(new RecognisedKey("pgp-private-packet", true, false));

            string trusted = _scratch.File("keyring.gpg");
            Tool("gpg", [.. quiet, "--output", trusted, "--export"]);
            Look("/etc/apt/trusted.gpg.d/archive.gpg", trusted).ShouldBeNull();
        }
        finally
        {
            OutsideTool.Run("gpgconf", "--homedir", home, "--kill", "all");
        }
    }

    private static IEnumerable<string> Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static void Tool(string name, params IEnumerable<string> arguments) => OutsideTool.Run(name, arguments).EnsureSuccess(name);

    private static RecognisedKey? Text(string path, string text) =>
        KeyRecogniser.Recognise(path, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetByteCount(text));

    private static RecognisedKey? Look(string path, string file)
    {
        byte[] content = File.ReadAllBytes(file);
        return KeyRecogniser.Recognise(path, content, content.Length);
    }

    private string SshKey(string type, string passphrase)
    {
        string key = _scratch.File("id_" + type);
        Tool("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "base", "-f", key);
        return key;
    }

    private string OpensslKey(string algorithm)
    {
        string key = _scratch.File("made.pem");
        Tool("openssl", ["genpkey", "-algorithm", .. Words(algorithm), "-out", key]);
        return key;
    }

    private (string Key, string Certificate) Pair()
    {
        string key = OpensslKey("ed25519");
        string certificate = _scratch.File("certificate.pem");
        Tool("openssl", "req", "-x509", "-key", key, "-subj", "/CN=base", "-days", "2", "-out", certificate);
        return (key, certificate);
    }
}
