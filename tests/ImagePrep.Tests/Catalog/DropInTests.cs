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
    }

    [Theory]
    [InlineData("xrdp-key", "xrdp-keygen", "etc/xrdp/rsakeys.ini", "xrdp auto", "xrdp ROOT/etc/xrdp/rsakeys.ini")]
    [InlineData("bind-rndc-key-debian", "rndc-confgen", "etc/bind/rndc.key", "-a", "bind:bind ROOT/etc/bind/rndc.key")]
    public void KeyOfPackage_IsMissing_IsMadeOnceForItsUser(string id, string generator, string file, string arguments, string owner)
    {
        OutsideTool.Require("sh");
        Put(file, "");
        Put("programs/" + generator, $"#!/bin/sh\necho \"$0 $*\" >>{_scratch.File("log")}\necho key >{_scratch.File(file)}\n", executable: true);
        Put("programs/chown", $"#!/bin/sh\necho \"$0 $*\" >>{_scratch.File("log")}\n", executable: true);

        Start(id);
        Start(id);

        File.ReadAllText(_scratch.File("log")).Replace(_scratch.File("programs/"), "").Replace(_scratch.Path, "ROOT")
            .ShouldBe($"{generator} {arguments}\nchown {owner}\n");
    }

    private static IEnumerable<(CatalogEntry Entry, WriteAction Action)> DropIns() => GuestCatalog.BuiltIn.Entries
        .SelectMany(entry => entry.Actions.OfType<WriteAction>().Select(action => (entry, action)))
        .Where(pair => pair.action.Path.StartsWith(Settings, StringComparison.Ordinal));

    private static string PublicKey(string command, string file, params string[] more) =>
        OutsideTool.Run("openssl", [command, "-in", file, .. more]).EnsureSuccess("openssl").Output;

    /// <summary>Runs what the settings run before the service starts, as systemd reads it, on the scratch folder as the root.</summary>
    private void Start(string id)
    {
        string[] lines = DropIns().Single(pair => pair.Entry.Id == id).Action.Content.Split('\n');
        string command = lines.Single(line => line.StartsWith("ExecStartPre=", StringComparison.Ordinal));
        command = command[(command.IndexOf('\'', StringComparison.Ordinal) + 1)..command.LastIndexOf('\'')].Replace("$$", "$");
        string variables = lines.SingleOrDefault(line => line.StartsWith("Environment=", StringComparison.Ordinal))?["Environment=".Length..] ?? "";
        string script = $"PATH={_scratch.File("programs")}:$PATH; {(variables.Length > 0 ? $"export {variables}; " : "")}{command}";
        OutsideTool.Run("sh", "-c", script.Replace("/etc/", _scratch.Path + "/etc/")).EnsureSuccess(id);
    }

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
