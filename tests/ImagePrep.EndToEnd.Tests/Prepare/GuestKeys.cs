using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>The keys in a booted guest: SSH host keys and the snakeoil pair.</summary>
internal static class GuestKeys
{
    public const string SnakeoilKey = "/etc/ssl/private/ssl-cert-snakeoil.key";

    private const string SnakeoilCertificate = "/etc/ssl/certs/ssl-cert-snakeoil.pem";

    /// <summary>How many files the snakeoil pair is.</summary>
    public const int SnakeoilFiles = 2;

    /// <summary>SHA-256 of each file, by path. Both halves of every pair must be there.</summary>
    public static IReadOnlyDictionary<string, string> Read(QemuGuest guest, SshServer server)
    {
        string digests = guest.Run($"sha256sum {server.KeyFiles} {SnakeoilKey} {SnakeoilCertificate}").EnsureSuccess("keys");
        Dictionary<string, string> keys = digests.Split('\n').Select(line => line.Split("  ", 2)).ToDictionary(parts => parts[1].Trim(), parts => parts[0]);
        keys.Count.ShouldBe(server.KeyCount + SnakeoilFiles);
        return keys;
    }

    /// <summary>How many private keys there are; for a guest that must have none.</summary>
    public static string Count(QemuGuest guest, SshServer server) => guest.Run($"ls {server.KeyFiles} {SnakeoilKey} 2>/dev/null | wc -l").Output;

    /// <summary>Each private half gives the public half beside it.</summary>
    public static void ShouldBeWhole(QemuGuest guest)
    {
        guest.Run("for key in /etc/ssh/ssh_host_*_key; do test \"$(ssh-keygen -y -f $key | cut -d' ' -f1,2)\" = \"$(cut -d' ' -f1,2 $key.pub)\" && echo whole; done")
            .Output.ShouldBe("whole\nwhole\nwhole");
        guest.Run($"openssl pkey -in {SnakeoilKey} -noout -check").EnsureSuccess("checking the snakeoil key").ShouldContain("valid");
        guest.Run($"openssl x509 -in {SnakeoilCertificate} -noout -pubkey").EnsureSuccess("snakeoil certificate")
            .ShouldBe(guest.Run($"openssl pkey -in {SnakeoilKey} -pubout").EnsureSuccess("snakeoil key"));
    }

    /// <summary>Nothing of an interrupted run is left beside the keys.</summary>
    public static void ShouldHaveNoLeftovers(QemuGuest guest) =>
        guest.Run("find /etc/ssh /etc/ssl/private /etc/ssl/certs -name '.*' -o -name '*.new' -o -size 0").EnsureSuccess("find").ShouldBeEmpty();
}
