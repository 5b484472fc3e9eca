using System.Diagnostics;
using ImagePrep.Catalog;
using ImagePrep.Catalog.KeyFormats;
using ImagePrep.Guests;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>A real Debian looked through for keys by content: those that its packages made are found, before the recipe and not after.</summary>
public sealed class KeyAuditTests(PreparedDebian debian, ITestOutputHelper output) : IClassFixture<PreparedDebian>
{
    private static readonly UnixTime Time = new(1_700_000_000);

    [Fact]
    public void Base_HoldsTheKeysOfItsPackages()
    {
        KeyAuditResult result = Audit(PreparedDebian.BaseImage);

        result.IsComplete.ShouldBeTrue();
        result.Files.ShouldBeGreaterThan(300);
        result.Keys.Select(key => $"{key.Path} {key.Key.Format}").ShouldBe(
        [
            "/etc/ssh/ssh_host_ecdsa_key openssh-private-key",
            "/etc/ssh/ssh_host_ed25519_key openssh-private-key",
            "/etc/ssh/ssh_host_rsa_key openssh-private-key",
            "/etc/ssl/private/ssl-cert-snakeoil.key pkcs8-private-key",
        ]);
    }

    [Fact]
    public void GoldenImage_HoldsNone() => Audit(debian.Golden).Keys.ShouldBeEmpty();

    private KeyAuditResult Audit(string image)
    {
        using DiskImage disk = DiskImage.Open(image);
        GuestTree guest = GuestDisk.Open(disk, PartitionTable.Read(disk), Time).Files;
        Stopwatch watch = Stopwatch.StartNew();
        KeyAuditResult result = KeyAudit.Find(guest, GuestCatalog.BuiltIn.Kept);
        output.WriteLine($"{result.Files} files of {Path.GetFileName(image)} looked through in {watch.ElapsedMilliseconds} ms");
        return result;
    }
}
