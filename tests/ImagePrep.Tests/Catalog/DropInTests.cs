using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Catalog;

/// <summary>Settings of units that the catalog writes: systemd accepts them, and what they run does what it says.</summary>
public sealed class DropInTests : IDisposable
{
    private const string Settings = "/etc/systemd/system/";

    private readonly ScratchFolder _scratch = new();

    public static TheoryData<string> Entries => [.. DropIns().Select(pair => pair.Entry.Id)];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Entries))]
    public void DropIn_BesideItsUnit_VerifiesClean(string id)
    {
        OutsideTool.Require("systemd-analyze", "cp");
        Assert.SkipUnless(File.Exists("/usr/lib/systemd/system/sysinit.target"), "this machine has no systemd units to verify among");
        Directory.CreateDirectory(_scratch.File("usr/lib/systemd"));
        OutsideTool.Run("cp", "-a", "/usr/lib/systemd/system", _scratch.File("usr/lib/systemd/")).EnsureSuccess("cp");
        foreach (string program in new[] { "bin/true", "bin/sh", "usr/sbin/sshd" })
        {
            Put(program, "", executable: true);
            OutsideTool.Run("cp", "/bin/true", _scratch.File(program)).EnsureSuccess("cp");
        }

        WriteAction dropIn = DropIns().Single(pair => pair.Entry.Id == id).Action;
        string unit = dropIn.Path[Settings.Length..dropIn.Path.LastIndexOf(".d/", StringComparison.Ordinal)];
        foreach (string name in new[] { unit, "imageprep-pool.service", "imageprep-keygen.service" })
        {
            Put("usr/lib/systemd/system/" + name, "[Unit]\nConditionFirstBoot=yes\n[Service]\nType=oneshot\nExecStartPre=/bin/true\nExecStart=/bin/true\n");
        }

        Put(dropIn.Path, dropIn.Content);
        ToolResult result = OutsideTool.Run("systemd-analyze", "verify", "--root=" + _scratch.Path, "--man=no", unit);
        (result.Output + result.Error).ShouldBeEmpty();

        // The same with a mistake in it is no clean unit: what is verified is the unit with its settings.
        Put(dropIn.Path, dropIn.Content + "[Service]\nExecStartPost=no-such-program\n");
        result = OutsideTool.Run("systemd-analyze", "verify", "--root=" + _scratch.Path, "--man=no", unit);
        (result.Output + result.Error).ShouldContain("no-such-program");
    }

    [Fact]
    public void ModSsl_PairIsMissingOrHalf_IsMadeAndThenLeftAlone()
    {
        OutsideTool.Require("openssl", "sh");
        Directory.CreateDirectory(_scratch.File("etc/pki/tls/private"));
        Directory.CreateDirectory(_scratch.File("etc/pki/tls/certs"));
        string key = _scratch.File("etc/pki/tls/private/localhost.key");
        string certificate = _scratch.File("etc/pki/tls/certs/localhost.crt");

        Start("mod-ssl-localhost-key");

        string made = File.ReadAllText(key);
        OutsideTool.Run("stat", "-c", "%a", key, certificate).EnsureSuccess("stat").Output.ShouldBe("600\n644\n");
        PublicKey("pkey", key, "-pubout").ShouldBe(PublicKey("x509", certificate, "-pubkey", "-noout"));

        Start("mod-ssl-localhost-key");
        File.ReadAllText(key).ShouldBe(made);

        // Power was lost between the two files.
        File.WriteAllText(certificate, "");
        Start("mod-ssl-localhost-key");
        PublicKey("pkey", key, "-pubout").ShouldBe(PublicKey("x509", certificate, "-pubkey", "-noout"));
        File.ReadAllText(key).ShouldNotBe(made);
        Directory.EnumerateFiles(_scratch.Path, "*", SearchOption.AllDirectories).ShouldBe([key, certificate], ignoreOrder: true);
    }

    /// <summary>A power cut leaves no half of a file under its final name, and no key of one pair beside the certificate of another.</summary>
    [Fact]
    public void ModSsl_Pair_IsOnTheDiskBeforeItIsNamedAndTheKeyComesLast()
    {
        OutsideTool.Require("sh");
        Directory.CreateDirectory(_scratch.File("etc/pki/tls/private"));
        Directory.CreateDirectory(_scratch.File("etc/pki/tls/certs"));
        StandIn("openssl", "while [ $# -gt 0 ]; do case $1 in -keyout | -out) echo half >$2 ;; esac; shift; done");
        foreach (string program in new[] { "sync", "mv", "rm" })
        {
            StandIn(program, $"exec {OutsideTool.Find(program)} \"$@\"");
        }

        Start("mod-ssl-localhost-key");
        const string Key = "ROOT/etc/pki/tls/private/localhost.key";
        const string Certificate = "ROOT/etc/pki/tls/certs/localhost.crt";
        Log()[1..].ShouldBe([$"rm -f {Key}", "sync", $"mv -f {Certificate}.draft {Certificate}", "sync", $"mv -f {Key}.draft {Key}", "sync"]);
    }

    [Fact]
    public void BindKey_IsMissing_IsMadeOnceForItsUser()
    {
        OutsideTool.Require("sh");
        Put("etc/bind/rndc.key", "");
        StandIn("rndc-confgen", $"echo key >{_scratch.File("etc/bind/rndc.key")}");
        StandIn("chown");
        Start("bind-rndc-key-debian");
        Start("bind-rndc-key-debian");
        Log().ShouldBe(["rndc-confgen -a", "chown bind:bind ROOT/etc/bind/rndc.key"]);
    }

    /// <summary>Debian runs xrdp as a user of its own; elsewhere there may be none, and the first start must not fail for that.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void XrdpKey_IsMissing_IsOnTheDiskBeforeItIsNamedAndBelongsToItsUser(bool hasUser)
    {
        OutsideTool.Require("sh");
        Put("etc/xrdp/rsakeys.ini", "");
        StandIn("xrdp-keygen", "echo key >$2");
        StandIn("id", hasUser ? "" : "exit 1");
        StandIn("chown");
        StandIn("sync");
        Start("xrdp-key");
        Start("xrdp-key");
        string[] owner = hasUser ? ["chown xrdp rsakeys.draft"] : [];
        Log().ShouldBe(["xrdp-keygen xrdp ROOT/etc/xrdp/rsakeys.draft", "id xrdp", .. owner, "sync", "sync"]);
        File.ReadAllText(_scratch.File("etc/xrdp/rsakeys.ini")).ShouldBe("key\n");
    }

    private static IEnumerable<(CatalogEntry Entry, WriteAction Action)> DropIns() => GuestCatalog.BuiltIn.Entries
        .SelectMany(entry => entry.Actions.OfType<WriteAction>().Select(action => (entry, action)))
        .Where(pair => pair.action.Path.StartsWith(Settings, StringComparison.Ordinal));

    private static string PublicKey(string command, string file, params string[] more) =>
        OutsideTool.Run("openssl", [command, "-in", file, .. more]).EnsureSuccess("openssl").Output;

    /// <summary>Runs what the settings run before the service starts, as systemd reads it, on the scratch folder as the root.</summary>
    private void Start(string id)
    {
        string[] lines = DropIns().Single(pair => pair.Entry.Id == id).Action.Content.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        string command = lines.Single(line => line.StartsWith("ExecStartPre=", StringComparison.Ordinal));
        command = command[(command.IndexOf('\'', StringComparison.Ordinal) + 1)..command.LastIndexOf('\'')].Replace("$$", "$");
        string variables = lines.SingleOrDefault(line => line.StartsWith("Environment=", StringComparison.Ordinal))?["Environment=".Length..] ?? "";
        string script = $"PATH={_scratch.File("programs")}:$PATH; {(variables.Length > 0 ? $"export {variables}; " : "")}{command}";
        OutsideTool.Run("sh", "-c", script.Replace("/etc/", _scratch.Path + "/etc/")).EnsureSuccess(id);
    }

    /// <summary>A program that notes what it was called with, then does what is passed.</summary>
    private void StandIn(string program, string body = "") =>
        Put("programs/" + program, $"#!/bin/sh\necho \"${{0##*/}} $*\" >>{_scratch.File("log")}\n{body}\n", executable: true);

    private string[] Log() =>
        [.. File.ReadLines(_scratch.File("log")).Select(line => line.Replace(_scratch.Path, "ROOT", StringComparison.Ordinal).TrimEnd())];

    private void Put(string path, string content, bool executable = false)
    {
        string file = _scratch.File(path.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        if (executable)
        {
            OutsideTool.Run("chmod", "+x", file).EnsureSuccess("chmod");
        }
    }
}
