using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

/// <summary>Runs the guest's key generation script, with the real ssh-keygen, in a folder that looks like a guest.</summary>
public sealed class KeygenTests : IDisposable
{
    private const string Rsa = "etc/ssh/ssh_host_rsa_key";
    private const string Ecdsa = "etc/ssh/ssh_host_ecdsa_key";
    private const string Ed25519 = "etc/ssh/ssh_host_ed25519_key";
    private const string SnakeoilKey = "etc/ssl/private/ssl-cert-snakeoil.key";
    private const string SnakeoilCertificate = "etc/ssl/certs/ssl-cert-snakeoil.pem";

    private readonly GuestRoot _guest = new();

    public KeygenTests() => OutsideTool.Require("dash", "ssh-keygen", "flock");

    public void Dispose() => _guest.Dispose();

    [Fact]
    public void Ssh_NoKeys_MakesTheDefaultSetWithItsModes()
    {
        Run("ssh").ExitCode.ShouldBe(0);
        foreach (string key in new[] { Rsa, Ecdsa, Ed25519 })
        {
            _guest.Mode(key).ShouldBe("600");
            _guest.Mode(key + ".pub").ShouldBe("644");
            string fromPrivate = OutsideTool.Run("ssh-keygen", "-y", "-f", _guest.Location(key)).EnsureSuccess("ssh-keygen").Output;
            _guest.Read(key + ".pub").ShouldStartWith(string.Join(' ', fromPrivate.Split(' ')[..2]).TrimEnd('\n'));
            _guest.Read(key + ".pub").ShouldContain(" root@");
        }

        Names("etc/ssh").ShouldNotContain(name => name.StartsWith('.'));
        Run("status").Output.ShouldBe("keygen=ok ssh=3/3 snakeoil=none mix=none\n");
    }

    [Fact]
    public void Ssh_KeysThatExist_AreNotTouched()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write(Ed25519, "a key of the administrator's own\n");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Read(Ed25519).ShouldBe("a key of the administrator's own\n");
        Names("etc/ssh").ShouldBe(["ssh_host_ed25519_key", "sshd_config"]);
    }

    /// <summary>What a machine that lost power at the wrong moment can hold: an empty key, a public half, a draft.</summary>
    [Fact]
    public void Ssh_LeftoversOfAPowerCut_AreReplaced()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write(Ed25519, "");
        _guest.Write(Ed25519 + ".pub", "ssh-ed25519 of a key that never got its name\n");
        _guest.Write("etc/ssh/.imageprep-key.abc123/key", "draft");
        Run("ssh").ExitCode.ShouldBe(0);
        _guest.Read(Ed25519).ShouldStartWith("-----BEGIN OPENSSH PRIVATE KEY-----\n");
        _guest.Read(Ed25519 + ".pub").ShouldStartWith("ssh-ed25519 AAAA");
        Names("etc/ssh").ShouldBe(["ssh_host_ed25519_key", "ssh_host_ed25519_key.pub", "sshd_config"]);
    }

    [Fact]
    public void Ssh_HostKeyLines_DecideWhichKeysAreMade()
    {
        Configure("# HostKey /etc/ssh/ssh_host_rsa_key\n  hostkey = \"/etc/ssh/ssh_host_ecdsa_key\"  # quoted\nHostKeyAgent /run/agent\n");
        _guest.Write("etc/ssh/sshd_config.d/10-site.conf", "HOSTKEY\t/etc/ssh/ssh_host_ed25519_key\nHostKey /etc/ssh/hardware\n");
        ToolResult result = Run("ssh");
        result.ExitCode.ShouldBe(0);
        result.Error.ShouldContain("/etc/ssh/hardware is missing and its name tells no key type");
        _guest.Exists(Ecdsa).ShouldBeTrue();
        _guest.Exists(Ed25519).ShouldBeTrue();
        _guest.Exists(Rsa).ShouldBeFalse();
    }

    [Fact]
    public void Ssh_PoolThatCannotBeRead_FailsWithoutAKey()
    {
        File.Delete(_guest.Location("dev/random"));
        Run("ssh").ExitCode.ShouldNotBe(0);
        Names("etc/ssh").ShouldBe(["sshd_config"]);
        ToolResult status = Run("status");
        status.ExitCode.ShouldBe(1);
        status.Output.ShouldBe("keygen=failed ssh=0/3 snakeoil=none mix=none\n");
    }

    [Theory]
    [InlineData("18.99", false)]
    [InlineData("19.00", true)]
    public void Ssh_BeforeTheReseedThatMixingWaitsFor_MakesNoKey(string uptime, bool made)
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write("run/imageprep/keys-not-before", "19\n");
        _guest.Write("proc/uptime", uptime + " 3.00\n");

        // This clock stands still, so the script is either let through or waits for ever.
        OutsideTool.Run("env", "IMAGEPREP_ROOT=" + _guest.Location(""), "timeout", made ? "30" : "2", "dash", TemplateFolder.Keygen, "ssh");
        _guest.Exists(Ed25519).ShouldBe(made);
    }

    [Fact]
    public void Ssh_FolderThatIsMissing_Fails()
    {
        Configure("HostKey /etc/nowhere/ssh_host_ed25519_key\n");
        Run("ssh").ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public void Snakeoil_PairMissing_IsMadeAndNoted()
    {
        InstallSslCert("printf key >$root/key.new && mv $root/key.new $key && printf certificate >$cert");
        Run("snakeoil").ExitCode.ShouldBe(0);
        _guest.Read(SnakeoilCertificate).ShouldBe("certificate");
        _guest.Exists("var/lib/imageprep/snakeoil-unfinished").ShouldBeFalse();
        Run("status").Output.ShouldBe("keygen=pending ssh=0/3 snakeoil=present mix=none\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a key whose certificate was never written")]
    public void Snakeoil_CutShort_IsMadeAgain(string leftKey)
    {
        InstallSslCert("echo new >$key; echo new >$cert");
        _guest.Write(SnakeoilKey, leftKey);
        _guest.Write(SnakeoilCertificate, leftKey.Length > 0 ? "half" : "whole");
        if (leftKey.Length > 0)
        {
            _guest.Write("var/lib/imageprep/snakeoil-unfinished", "");
        }

        Run("snakeoil").ExitCode.ShouldBe(0);
        _guest.Read(SnakeoilKey).ShouldBe("new\n");
        _guest.Read(SnakeoilCertificate).ShouldBe("new\n");
    }

    [Fact]
    public void Snakeoil_PairThatExists_IsNotTouched()
    {
        InstallSslCert("echo new >$key; echo new >$cert");
        _guest.Write(SnakeoilKey, "old");
        _guest.Write(SnakeoilCertificate, "old");
        Run("snakeoil").ExitCode.ShouldBe(0);
        _guest.Read(SnakeoilKey).ShouldBe("old");
    }

    [Theory]
    [InlineData("exit 1")]
    [InlineData(": >$key; : >$cert")]
    public void Snakeoil_GeneratorThatFails_IsReportedAndTriedAgain(string generator)
    {
        InstallSslCert(generator);
        Run("snakeoil").ExitCode.ShouldNotBe(0);
        _guest.Exists("var/lib/imageprep/snakeoil-unfinished").ShouldBeTrue();
        Run("status").Output.ShouldStartWith("keygen=failed ");
        InstallSslCert("echo new >$key; echo new >$cert");
        Run("snakeoil").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Run_OnCommand_LeavesTheRequestAndMakesTheKeys()
    {
        Configure("HostKey /etc/ssh/ssh_host_ed25519_key\n");
        ToolResult before = Run("status");
        before.ExitCode.ShouldBe(3);
        before.Output.ShouldBe("keygen=pending ssh=0/1 snakeoil=none mix=none\n");

        Run("run").ExitCode.ShouldBe(0);
        _guest.Exists("var/lib/imageprep/keygen-requested").ShouldBeTrue();
        Run("status").ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Command_UnknownOrNone_PrintsUsage()
    {
        Run("destroy").ExitCode.ShouldBe(2);
        Run().ExitCode.ShouldBe(2);
    }

    private ToolResult Run(params string[] arguments) => _guest.Run(TemplateFolder.Keygen, arguments);

    private void Configure(string lines) => _guest.Write("etc/ssh/sshd_config", lines);

    private void InstallSslCert(string body)
    {
        Directory.CreateDirectory(_guest.Location("etc/ssl/private"));
        Directory.CreateDirectory(_guest.Location("etc/ssl/certs"));
        string head = $"#!/bin/sh\nroot={_guest.Location("")}\nkey=$root/{SnakeoilKey}\ncert=$root/{SnakeoilCertificate}\n";
        _guest.Write("usr/sbin/make-ssl-cert", head + body + "\n", executable: true);
    }

    private string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(_guest.Location(folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
