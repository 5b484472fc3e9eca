using ImagePrep.Catalog;
using ImagePrep.TestKit;
using ImagePrep.Tests.Steps;

namespace ImagePrep.Tests.Catalog.Families;

/// <summary>What the built-in catalog keeps, under an entry of somebody's own that would take all certificates.</summary>
public sealed class KeepTests
{
    private const string Greedy =
        "- id: own-all\n  what: everything\n  remove: [/etc/pki/tls/certs/*, /etc/pki/ca-trust/*, /etc/pki/java/*, /etc/ssl/certs/*, /etc/ca-certificates/*]\n"
        + "  why: Because.\n  source: nothing\n";

    private static readonly string[] Authorities =
    [
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/certs/ca-bundle.trust.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/java/cacerts", "/etc/ssl/certs/ca-certificates.crt", "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CertificateAuthorities_OfEveryFamily_StayBecauseOfTheirEntry(bool isThere)
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.File("own.yaml"), Greedy);
        GuestCatalog catalog = GuestCatalog.With([folder.File("own.yaml")]);
        DebianGuest guest = new() { Catalog = isThere ? catalog : catalog.Without(entry => entry.Id == "certificate-authorities") };
        foreach (string path in Authorities)
        {
            guest.FileSystem.Add(path, "authorities");
        }

        guest.FileSystem.Add("/etc/pki/tls/certs/own.pem", "own");

        IReadOnlyList<string> gone = guest.Difference(() => guest.Run("reset-identity"));

        gone.ShouldContain("- /etc/pki/tls/certs/own.pem 0644 0:0 own");
        foreach (string path in Authorities)
        {
            gone.Contains($"- {path} 0644 0:0 authorities").ShouldBe(!isThere, path);
        }
    }
}
