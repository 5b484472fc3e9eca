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
    public void Find_SamplesAndWhatIsKept_AreLeftOut(string path)
    {
        _root.Add(path, Key);

        KeyAudit.Find(Tree(), ["/etc/ssl/*.keep"]).Keys.ShouldBeEmpty();
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
        _root.Add("/etc" + string.Concat(Enumerable.Repeat("/d", 40)) + "/key.pem", Key);

        KeyAuditResult result = Find();

        result.Keys.ShouldBeEmpty();
        result.IsComplete.ShouldBeFalse();
    }

    private static Mount Mount(string point, MemoryFileSystem fileSystem) =>
        new(GuestPath.Parse(point), 1, new ByteRange(1 << 20, 1L << 30), fileSystem);

    private GuestTree Tree() => new([Mount("/", _root)]);

    private KeyAuditResult Find() => KeyAudit.Find(Tree(), []);
}
