using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashSnakeoilTests() : SnakeoilTests(GuestShell.Dash);

public sealed class BashSnakeoilTests() : SnakeoilTests(GuestShell.Bash);

public sealed class BusyBoxSnakeoilTests() : SnakeoilTests(GuestShell.BusyBox);

/// <summary>Runs the guest's key generation script, with the real openssl, in a folder that looks like a guest: the snakeoil pair.</summary>
public abstract class SnakeoilTests : IDisposable
{
    private const string Key = "etc/ssl/private/ssl-cert-snakeoil.key";
    private const string Certificate = "etc/ssl/certs/ssl-cert-snakeoil.pem";

    private readonly GuestRoot _guest;

    private protected SnakeoilTests(GuestShell shell)
    {
        OutsideTool.Require("openssl");
        _guest = new GuestRoot(shell);
        File.Delete(_guest.Location("usr/sbin/sshd"));
        _guest.Program("usr/sbin/make-ssl-cert");
        Directory.CreateDirectory(_guest.Location("etc/ssl/private"));
        Directory.CreateDirectory(_guest.Location("etc/ssl/certs"));
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Snakeoil_PairMissing_IsMadeForThisHost()
    {
        Run("snakeoil").ExitCode.ShouldBe(0);
        ShouldBeAPair();
        _guest.Mode(Key).ShouldBe("640");
        _guest.Mode(Certificate).ShouldBe("644");
        string host = OutsideTool.Run("uname", "-n").Output.Trim();
        string text = OpenSsl("x509", "-noout", "-subject", "-ext", "subjectAltName,basicConstraints", "-in", _guest.Location(Certificate));
        text.ShouldContain($"CN = {host}");
        text.ShouldContain($"DNS:{host}");
        text.ShouldContain("CA:FALSE");
        OpenSsl("verify", "-CAfile", _guest.Location(Certificate), _guest.Location(Certificate)).ShouldContain(": OK");
        _guest.Names("etc/ssl/private").ShouldBe(["ssl-cert-snakeoil.key"]);
        Run("status").Output.ShouldBe("keygen=ok ssh=none dropbear=none snakeoil=present guard=none mix=none\n");
    }

    /// <summary>OpenSSL finds a certificate by a link named for its subject; links of an older pair must not stay behind.</summary>
    [Fact]
    public void Snakeoil_HashLink_IsTheOnlyOneToIt()
    {
        string certificates = _guest.Location("etc/ssl/certs");
        File.CreateSymbolicLink(Path.Combine(certificates, "0123abcd.0"), "ssl-cert-snakeoil.pem");
        File.CreateSymbolicLink(Path.Combine(certificates, "0123abce.0"), "other.pem");
        Run("snakeoil").ExitCode.ShouldBe(0);
        string hash = OpenSsl("x509", "-noout", "-hash", "-in", _guest.Location(Certificate)).Trim();
        _guest.Names("etc/ssl/certs").ShouldBe(((string[])["0123abce.0", hash + ".0", "ssl-cert-snakeoil.pem"]).Order(StringComparer.Ordinal));
        File.ResolveLinkTarget(Path.Combine(certificates, hash + ".0"), returnFinalTarget: false)!.Name.ShouldBe("ssl-cert-snakeoil.pem");
    }

    [Theory]
    [InlineData(null, "rsa 3072")]
    [InlineData("rsa-2048", "rsa 2048")]
    [InlineData("rsa-4096", "rsa 4096")]
    [InlineData("ecdsa-p256", "prime256v1")]
    [InlineData("ecdsa-p384", "secp384r1")]
    [InlineData("ecdsa-p521", "secp521r1")]
    public void Snakeoil_Options_DecideTheKey(string? option, string expected)
    {
        if (option is not null)
        {
            _guest.Write("etc/imageprep/keygen.conf", $"TLS_KEY={option}\n");
        }

        Run("snakeoil").ExitCode.ShouldBe(0);
        ShouldBeAPair();
        string text = OpenSsl("pkey", "-noout", "-text", "-in", _guest.Location(Key));
        text.ShouldContain(expected.StartsWith("rsa ", StringComparison.Ordinal) ? $"({expected[4..]} bit" : "ASN1 OID: " + expected);
        OpenSsl("x509", "-noout", "-text", "-in", _guest.Location(Certificate)).ShouldContain("SHA256", Case.Insensitive);
    }

    /// <summary>SP 800-131A: neither small keys nor what the option does not know.</summary>
    [Theory]
    [InlineData("rsa-1024")]
    [InlineData("rsa-2047")]
    [InlineData("ecdsa-p192")]
    [InlineData("dsa-2048")]
    [InlineData("")]
    [InlineData("rsa-2048 -passout pass:x")]
    public void Snakeoil_KeyThatIsNotAllowed_IsRefused(string option)
    {
        _guest.Write("etc/imageprep/keygen.conf", $"TLS_KEY={option}\n");
        ToolResult result = Run("snakeoil");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain($"TLS_KEY={option} is refused");
        _guest.Names("etc/ssl/private").ShouldBeEmpty();
        _guest.Names("etc/ssl/certs").ShouldBeEmpty();
        Run("status").Output.ShouldStartWith("keygen=failed ");
    }

    /// <summary>What a machine that lost power can hold: one half, an empty half, drafts.</summary>
    [Theory]
    [InlineData("", "whole")]
    [InlineData(null, "whole")]
    [InlineData("old key", null)]
    [InlineData("old key", "")]
    public void Snakeoil_LeftoversOfAPowerCut_AreReplaced(string? key, string? certificate)
    {
        Leave(Key, key);
        Leave(Certificate, certificate);
        _guest.Write("etc/ssl/private/.imageprep-key/key", "draft");
        _guest.Write("etc/ssl/certs/.imageprep-key/cert", "draft");
        Run("snakeoil").ExitCode.ShouldBe(0);
        ShouldBeAPair();
        _guest.Names("etc/ssl/private").ShouldBe(["ssl-cert-snakeoil.key"]);
        _guest.Names("etc/ssl/certs").ShouldNotContain(".imageprep-key");
    }

    [Fact]
    public void Snakeoil_PairThatExists_IsNotTouched()
    {
        Leave(Key, "the administrator's own");
        Leave(Certificate, "the administrator's own");
        Run("snakeoil").ExitCode.ShouldBe(0);
        _guest.Read(Key).ShouldBe("the administrator's own");
        _guest.Read(Certificate).ShouldBe("the administrator's own");
    }

    [Fact]
    public void Snakeoil_GroupOfTheGuest_MayReadTheKey()
    {
        string group = OutsideTool.Run("id", "-g").EnsureSuccess("id").Output.Trim();
        _guest.Write("etc/group", $"ssl-cert:x:{group}:\n");
        Run("snakeoil").ExitCode.ShouldBe(0);
        OutsideTool.Run("stat", "-c", "%g %a", _guest.Location(Key)).Output.Trim().ShouldBe($"{group} 640");
    }

    [Fact]
    public void Snakeoil_FolderThatIsMissing_Fails()
    {
        Directory.Delete(_guest.Location("etc/ssl/private"));
        Run("snakeoil").ExitCode.ShouldBe(1);
        _guest.Exists(Certificate).ShouldBeFalse();
    }

    /// <summary>What goes wrong with the certificate must not lock anybody out of SSH.</summary>
    [Fact]
    public void Boot_CertificateThatCannotBeMade_DoesNotFailIt()
    {
        _guest.Write("etc/imageprep/keygen.conf", "TLS_KEY=none\n");
        Run("boot").ExitCode.ShouldBe(0);
        Run("status").Output.ShouldStartWith("keygen=failed ");
    }

    private ToolResult Run(params string[] arguments) => _guest.Run(TemplateFolder.Keygen, arguments);

    private void Leave(string path, string? content)
    {
        if (content is not null)
        {
            _guest.Write(path, content);
        }
    }

    private void ShouldBeAPair() =>
        OpenSsl("x509", "-noout", "-pubkey", "-in", _guest.Location(Certificate)).ShouldBe(OpenSsl("pkey", "-pubout", "-in", _guest.Location(Key)));

    private static string OpenSsl(params string[] arguments) => OutsideTool.Run("openssl", arguments).EnsureSuccess("openssl").Output;
}
