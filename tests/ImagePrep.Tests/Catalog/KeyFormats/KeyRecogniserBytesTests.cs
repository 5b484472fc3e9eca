using ImagePrep.Catalog.KeyFormats;

namespace ImagePrep.Tests.Catalog.KeyFormats;

/// <summary>Keys by their specifications, and files that look like keys and are none.</summary>
public sealed class KeyRecogniserBytesTests
{
    private const string Base64 = "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

    [Theory]
    [InlineData("/root/identity", "SSH PRIVATE KEY FILE FORMAT 1.1\n\0\0\0\0\0\0\0\0", "ssh1-private-key", false)]
    [InlineData("/root/identity", "SSH PRIVATE KEY FILE FORMAT 1.1\n\0\u0003\0\0\0\0\0\0", "ssh1-private-key", true)]
    [InlineData("/root/id", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"x\"\nP2/56wAAAi4AAAA3\n", "ssh2-private-key", false)]
    [InlineData("/root/id.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: x\r\n", "putty-private-key", false)]
    [InlineData("/root/id.ppk", "PuTTY-User-Key-File-2: ssh-rsa\r\nEncryption: aes256-cbc\r\nComment: x\r\n", "putty-private-key", true)]
    [InlineData("/etc/tinyssh/sshkeydir/.ed25519.sk", "0123456789abcdef0123456789abcdef", "tinyssh-host-key", false)]
    [InlineData("/etc/a.pem", "-----BEGIN DSA PRIVATE KEY-----\nMIIBugIBAAKBgQCx\n", "pem-private-key", false)]
    [InlineData("/etc/a.pem", "-----BEGIN TSS2 PRIVATE KEY-----\nMIICEgYGZ4EFCgED\n", "tpm-wrapped-key", true)]
    [InlineData("/opt/a.bks", "\0\0\0\u0002\0\0\0\u0014aaaaaaaaaaaaaaaaaaaa", "bouncy-castle-keystore", true)]
    [InlineData("/var/lib/samba/private/secrets.tdb", "TDB file\n\0\0\0\0\0\0\0\0", "samba-secrets", false)]
    [InlineData("/etc/openvpn/ta.key", "#\n# 2048 bit OpenVPN static key\n#\n-----BEGIN OpenVPN Static key V1-----\n6acef03f62675b4b1bbd03e53b187727\n", "openvpn-static-key", false)]
    [InlineData("/etc/openvpn/s.key", "-----BEGIN OpenVPN tls-crypt-v2 server key-----\nVAbGZYqkvKdMxUjHc2ZkWlGA\n", "openvpn-static-key", false)]
    [InlineData("/etc/ipsec.secrets", "# comment\n10.0.0.1 10.0.0.2 : PSK \"hush\"\n", "ipsec-secrets", false)]
    [InlineData("/etc/swanctl/conf.d/a.conf", "secrets {\n  ike-1 {\n    secret = hush\n  }\n}\n", "swanctl-secrets", false)]
    [InlineData("/var/named/Kexample.org.+013+00001.private", "Private-key-format: v1.3\nAlgorithm: 13\n", "dnssec-private-key", false)]
    [InlineData("/etc/bind/rndc.key", "key \"rndc-key\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0c2VjcmV0\";\n};\n", "tsig-key", false)]
    [InlineData("/root/.gnupg/private-keys-v1.d/x.key", "Created: 20240101T000000\nKey: (protected-private-key (ecc (curve Ed25519)\n", "gnupg-private-key", true)]
    [InlineData("/root/.gnupg/private-keys-v1.d/x.key", "(11:private-key(3:ecc(5:curve7:Ed25519)", "gnupg-private-key", false)]
    [InlineData("/root/key.txt", "# created: 2024\nAGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n", "age-private-key", false)]
    [InlineData("/root/minisign.key", "untrusted comment: minisign encrypted secret key\nRWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "signify-private-key", false)]
    [InlineData("/var/lib/tor/keys/a", "== ed25519v1-secret: type0 ==\0\0\0", "tor-private-key", false)]
    [InlineData("/var/lib/tang/a.jwk", "{\"alg\":\"ES512\",\"crv\":\"P-521\",\"d\":\"AWlT5aG9lZWZhc2RmYXNkZg\",\"kty\":\"EC\"}", "jwk-private-key", false)]
    [InlineData("/opt/a.jwk", "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMk\"}", "jwk-private-key", false)]
    [InlineData("/root/header.img", "LUKS\u00ba\u00be\0\u0002aaaaaaaaaaa", "luks-header", true)]
    [InlineData("/root/header.img", "SKUL\u00ba\u00be\0\u0002aaaaaaaaaaa", "luks-second-header", true)]
    [InlineData("/var/lib/rabbitmq/.erlang.cookie", "ABCDEFGHIJKLMNOPQRST", "erlang-cookie", false)]
    [InlineData("/var/lib/systemd/credential.secret", "0123456789abcdef0123456789abcdef", "systemd-host-secret", false)]
    [InlineData("/etc/pki/nssdb/key3.db", "\0\u0006\u0015\u0061aaaa\u002a\u0086\u0048\u0086\u00f7\u000d\u0001\u0005\u000d", "nss-legacy-database", false)]
    public void Recognise_PrivateKey_TellsFormatAndEncryption(string path, string content, string format, bool isEncrypted) =>
        Look(path, KeyBytes.Latin1(content)).ShouldBe(new RecognisedKey(format, true, isEncrypted));

    [Fact]
    public void Recognise_Keytab_IsPrivateUnlessItsRecordsDoNotFit()
    {
        byte[] table = KeyBytes.Keytab();

        Look("/etc/krb5.keytab", table).ShouldBe(new RecognisedKey("kerberos-keytab", true, false));
        Look("/etc/krb5.keytab", table[..^1]).ShouldBeNull();
        Look("/etc/krb5.keytab", [5, 2, .. table[^24..]]).ShouldBeNull("only a hole");
    }

    [Theory]
    [InlineData(0xFEEDFEED, "java-keystore")]
    [InlineData(0xCECECECE, "java-jceks-keystore")]
    public void Recognise_JavaKeystore_IsPrivateWithAKeyEntry(uint magic, string format)
    {
        Look("/opt/a", KeyBytes.JavaKeystore(magic, 2, 1)).ShouldBe(new RecognisedKey(format, true, true));
        Look("/opt/a", KeyBytes.JavaKeystore(magic, 2, 2)).ShouldBe(new RecognisedKey(format, false, false));
        KeyRecogniser.Recognise("/opt/a", KeyBytes.JavaKeystore(magic, 2, 2).AsSpan(0, 100), 500)
            .ShouldBe(new RecognisedKey(format, true, true), "what was not read may be a key");
    }

    [Theory]
    [InlineData("/var/lib/systemd/random-seed", 512, true)]
    [InlineData("/var/lib/seedrng/seed.credit", 32, true)]
    [InlineData("/etc/random-seed", 24, false)]
    [InlineData("/etc/other", 512, null)]
    public void Recognise_SeedOfNothing_IsNamed(string path, int length, bool? isLongEnough)
    {
        string? expected = isLongEnough is null ? null : "constant-seed";

        Look(path, new byte[length])?.Format.ShouldBe(expected);
        Look(path, new byte[length])?.IsPrivate.ShouldBe(false);
        byte[] varied = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        Look(path, varied)?.Format.ShouldBe(isLongEnough == false ? expected : null);
    }

    [Theory]
    [InlineData("/usr/local/bin/find-keys", "#!/bin/sh\ngrep -rl 'BEGIN RSA PRIVATE KEY' /etc\ngrep -l -e '-----BEGIN PRIVATE KEY-----' \"$@\"\n")]
    [InlineData("/usr/local/lib/check.py", "if line == '-----BEGIN OPENSSH PRIVATE KEY-----':\n    raise SystemExit(1)\n")]
    [InlineData("/etc/pem.conf", "begin = -----BEGIN EC PRIVATE KEY-----\nend = -----END EC PRIVATE KEY-----\n")]
    [InlineData("/etc/ssl/openssl.cnf", "[ CA_default ]\nprivate_key\t= $dir/private/cakey.pem# The private key\n[ req ]\n# input_password = secret\n")]
    [InlineData("/etc/ipsec.secrets", "# This file holds shared secrets or RSA private keys for authentication.\n# : PSK \"x\"\ninclude /var/lib/strongswan/ipsec.secrets.inc\n")]
    [InlineData("/etc/swanctl/swanctl.conf", "# secrets {\n    # secret = hush\n# }\n")]
    [InlineData("/etc/bind/named.conf", "// key \"rndc-key\" { secret \"c2VjcmV0c2VjcmV0\"; };\ninclude \"/etc/bind/rndc.key\";\n")]
    [InlineData("/etc/wireguard/wg0.conf.example", "[Interface]\nPrivateKey = <your key here>\n")]
    [InlineData("/etc/ssl/certs/x.pem", "text that names ENCRYPTED PRIVATE KEY and PGP PRIVATE KEY BLOCK and AGE-SECRET-KEY-1\n")]
    [InlineData("/etc/magic", "0\tstring\tPuTTY-User-Key-File-\tPuTTY key\n0\tstring\tLUKS\\xba\\xbe\tLUKS\n")]
    [InlineData("/etc/jwk.schema", "{\"kty\": {\"type\": \"string\"}, \"d\": {\"type\": \"string\"}}\n")]
    [InlineData("/etc/apparmor.d/abstractions/gnupg", "owner @{HOME}/.gnupg/private-keys-v1.d/*.key r,\n")]
    [InlineData("/etc/zero", "0000000000000000000000000000000000000000\n")]
    [InlineData("/etc/random.key", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=\n")]
    [InlineData("/etc/numbers", "\u0005\u0002\u0000\u0000\u0000\u0001aaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("/etc/pki/nssdb/key3.db.txt", "\u0000\u0006\u0015\u0061aaaaaaaaaaaaaaaaaaaaa")]
    public void Recognise_OrdinaryFile_IsNoKey(string path, string content) => Look(path, KeyBytes.Latin1(content)).ShouldBeNull();

    [Theory]
    [InlineData("/root/.ssh/known_hosts", "|1|JfKTdBh7rNbXkVAQCRp4OQoPfmI=|USECr3SWf1JUPsms5AqfD5QfxkM= ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC\n")]
    [InlineData("/root/.ssh/authorized_keys", "from=\"10.0.0.0/8\",no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5l me@here\n")]
    [InlineData("/etc/ssh/ssh_host_rsa_key-cert.pub", "ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20\n")]
    [InlineData("/root/.ssh/id_sk.pub", "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t\n")]
    public void Recognise_PublicKeysOfSsh_ArePublic(string path, string content) =>
        Look(path, KeyBytes.Latin1(content)).ShouldBe(new RecognisedKey("ssh-public-key", false, false));

    [Fact]
    public void Recognise_KeyBehindACertificateAndText_IsFound() =>
        Look("/etc/a.pem", KeyBytes.Latin1("Bag Attributes\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n" + Base64 + "\n"))
            .ShouldBe(new RecognisedKey("pkcs8-private-key", true, false));

    [Fact]
    public void Recognise_EveryBeginningOfEveryVector_Throws_Nothing()
    {
        foreach (byte[] vector in (byte[][])[KeyBytes.Keytab(), KeyBytes.JavaKeystore(0xFEEDFEED, 2, 1), [.. Convert.FromBase64String(Base64)]])
        {
            for (int length = 0; length <= vector.Length; length++)
            {
                byte[] content = vector[..length];
                Should.NotThrow(() => Look("/etc/x", content));
                Should.NotThrow(() => KeyRecogniser.Recognise("/var/lib/systemd/random-seed", content, vector.Length));
            }
        }
    }

    private static RecognisedKey? Look(string path, byte[] content) => KeyRecogniser.Recognise(path, content, content.Length);
}
