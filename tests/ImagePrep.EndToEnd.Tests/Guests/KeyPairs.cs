using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Guests;

/// <summary>Whether keys in a guest are whole: each private half gives the public half beside it.</summary>
internal static class KeyPairs
{
    private const string SnakeoilKey = "/etc/ssl/private/ssl-cert-snakeoil.key";
    private const string SnakeoilCertificate = "/etc/ssl/certs/ssl-cert-snakeoil.pem";

    /// <param name="sshKeys">How many SSH host keys there must be.</param>
    public static void ShouldBeWhole(QemuGuest guest, int sshKeys = 3)
    {
        guest.Run("for key in /etc/ssh/ssh_host_*_key; do test \"$(ssh-keygen -y -f $key | cut -d' ' -f1,2)\" = \"$(cut -d' ' -f1,2 $key.pub)\" && echo whole; done")
            .Output.ShouldBe(string.Join('\n', Enumerable.Repeat("whole", sshKeys)));
        guest.Run($"openssl pkey -in {SnakeoilKey} -noout -check").EnsureSuccess("checking the snakeoil key").ShouldContain("valid");
        guest.Run($"openssl x509 -in {SnakeoilCertificate} -noout -pubkey").EnsureSuccess("snakeoil certificate")
            .ShouldBe(guest.Run($"openssl pkey -in {SnakeoilKey} -pubout").EnsureSuccess("snakeoil key"));
    }

    /// <summary>Nothing of an interrupted run is left beside the keys.</summary>
    public static void ShouldHaveNoLeftovers(QemuGuest guest) =>
        guest.Run("find /etc/ssh /etc/ssl/private /etc/ssl/certs -name '.*' -o -name '*unfinished*'").EnsureSuccess("find").ShouldBeEmpty();
}
