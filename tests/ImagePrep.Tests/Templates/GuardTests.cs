using ImagePrep.TestKit;

namespace ImagePrep.Tests.Templates;

public sealed class DashGuardTests() : GuardTests(GuestShell.Dash);

public sealed class BusyBoxGuardTests() : GuardTests(GuestShell.BusyBox);

/// <summary>Runs the network guard in a folder that looks like a guest, with the real nft and iptables in a network of their own.</summary>
public abstract class GuardTests : IDisposable
{
    private readonly GuestRoot _guest;

    private protected GuardTests(GuestShell shell)
    {
        OutsideTool.Require("ssh-keygen");
        _guest = new GuestRoot(shell);
        _guest.Write("etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_ed25519_key\n");
        _guest.Write("proc/net/if_inet6", "");
        Install("keygen", TemplateFolder.Keygen);
        Install("guard", TemplateFolder.Guard);
    }

    public void Dispose()
    {
        _guest.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The order in which a boot does it: raised before the network, lifted by the run that makes the last key.</summary>
    [Theory]
    [InlineData("nft")]
    [InlineData("iptables")]
    public void Guard_FromTheNetworkToTheLastKey_Stands(string kind)
    {
        RealFirewall(kind);
        string rules = InOwnNetwork($$"""
            set -e
            "$@" {{TemplateFolder.Guard}} raise
            cat {{_guest.Location("run/imageprep/guard")}}
            {{Listing(kind)}}
            "$@" {{TemplateFolder.Keygen}} ssh
            echo lifted:
            {{Listing(kind)}}
            """);
        string[] halves = rules.Split("lifted:\n");
        halves[0].ShouldStartWith("up\n");
        halves[0].ShouldContain(kind == "nft" ? "policy drop" : "-A IMAGEPREP-GUARD -j DROP");
        halves[0].ShouldContain(kind == "nft" ? "iifname \"lo\" accept" : "-A INPUT -j IMAGEPREP-GUARD");
        halves[0].ShouldContain(kind == "nft" ? "nd-neighbor-solicit" : "--icmpv6-type 135 -j RETURN");
        halves[0].ShouldContain(kind == "nft" ? "udp sport 67 udp dport 68 accept" : "--sport 67 --dport 68 -j RETURN");
        halves[1].ShouldNotContain("imageprep", Case.Insensitive);
        _guest.Exists("etc/ssh/ssh_host_ed25519_key").ShouldBeTrue();
        _guest.Run(TemplateFolder.Keygen, "status").Output.ShouldContain(" guard=lifted ");
    }

    /// <summary>Rules of the guest's own stay as they are, and twice raised is lifted once.</summary>
    [Theory]
    [InlineData("nft")]
    [InlineData("iptables")]
    public void Guard_RaisedTwiceAmongOtherRules_ChangesNoneOfThem(string kind)
    {
        RealFirewall(kind);
        string own = kind == "nft" ? "nft add table inet site" : "iptables -w -A INPUT -p tcp --dport 22 -j ACCEPT";
        InOwnNetwork($$"""
            set -e
            {{own}}
            {{Listing(kind)}} >{{_guest.Location("before")}}
            "$@" {{TemplateFolder.Guard}} raise
            "$@" {{TemplateFolder.Guard}} raise
            {{Listing(kind)}} >{{_guest.Location("during")}}
            "$@" {{TemplateFolder.Guard}} lift
            {{Listing(kind)}} >{{_guest.Location("after")}}
            """);
        _guest.Read("during").ShouldNotBe(_guest.Read("before"));
        _guest.Read("after").ShouldBe(_guest.Read("before"));
    }

    /// <summary>Two hosts on a cable: nobody gets in while it stands, answers to the guest's own questions do.</summary>
    [Theory]
    [InlineData("nft")]
    [InlineData("iptables")]
    public void Guard_WhileItStands_LetsNoConnectionInAndAnswersThrough(string kind)
    {
        OutsideTool.Require("ip", "ping", "nsenter");
        RealFirewall(kind);
        string seen = InOwnNetwork($$"""
            set -e
            unshare -n sleep 60 &
            peer=$!
            while [ "$(readlink /proc/$peer/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
            ip link add guest type veth peer name outside
            ip link set outside netns $peer
            ip link set lo up; ip link set guest up; ip address add 192.0.2.1/24 dev guest
            nsenter -t $peer -n ip link set outside up
            nsenter -t $peer -n ip address add 192.0.2.2/24 dev outside
            into() { nsenter -t $peer -n ping -q -c 5 -i 0.2 -w 3 192.0.2.1 >/dev/null && echo "in: yes" || echo "in: no"; }
            into
            "$@" {{TemplateFolder.Guard}} raise 2>/dev/null
            into
            ping -q -c 5 -i 0.2 -w 3 192.0.2.2 >/dev/null && echo "out: yes" || echo "out: no"
            ping -q -c 1 -W 1 127.0.0.1 >/dev/null && echo "loopback: yes"
            "$@" {{TemplateFolder.Guard}} lift 2>/dev/null
            into
            kill $peer
            """);
        seen.ShouldBe("in: yes\nin: no\nout: yes\nloopback: yes\nin: yes\n");
    }

    [Fact]
    public void Raise_EveryKeyThere_HoldsNothingBack()
    {
        _guest.Program("usr/sbin/nft");
        _guest.Write("etc/ssh/ssh_host_ed25519_key", "key");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        _guest.Calls.ShouldBeEmpty();
        _guest.Run(TemplateFolder.Keygen, "status").Output.ShouldContain(" guard=none ");
    }

    [Fact]
    public void Keygen_KeyThatCannotBeMade_LeavesItUp()
    {
        _guest.Program("usr/sbin/nft");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        File.Delete(_guest.Location("dev/random"));
        _guest.Run(TemplateFolder.Keygen, "ssh").ExitCode.ShouldBe(1);
        _guest.Calls.ShouldBe(["nft -f -"]);
        _guest.Run(TemplateFolder.Keygen, "status").Output.ShouldContain(" guard=up ");
    }

    /// <summary>An SSH key alone does not open the network while the certificate is missing.</summary>
    [Fact]
    public void Keygen_OneKindOfKeyMissing_LeavesItUp()
    {
        _guest.Program("usr/sbin/nft");
        _guest.Program("usr/sbin/make-ssl-cert");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        _guest.Run(TemplateFolder.Keygen, "ssh").ExitCode.ShouldBe(0);
        _guest.Calls.ShouldBe(["nft -f -"]);
    }

    /// <summary>The last key comes while the guard is being raised: its maker found nothing to lift.</summary>
    [Fact]
    public void Raise_LastKeyMadeMeanwhile_LiftsAgain()
    {
        _guest.Program("usr/sbin/nft", $"echo key >{_guest.Location("etc/ssh/ssh_host_ed25519_key")}");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        _guest.Calls.ShouldBe(["nft -f -", "nft delete table inet imageprep_guard"]);
        _guest.Read("run/imageprep/guard").ShouldBe("lifted\n");
        _guest.Names("run/imageprep").ShouldBe(["guard"]);
    }

    [Fact]
    public async Task Lift_TwoAtOnce_OneOfThemDoesIt()
    {
        _guest.Program("usr/sbin/nft", "sleep 1");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        ToolResult[] results = await Task.WhenAll(
            Task.Run(() => _guest.Run(TemplateFolder.Guard, "lift")), Task.Run(() => _guest.Run(TemplateFolder.Guard, "lift")));
        results.ShouldAllBe(result => result.ExitCode == 0);
        _guest.Calls.Count(call => call.Contains("delete")).ShouldBe(1);
    }

    [Fact]
    public void Lift_ThatFails_CanBeTriedAgain()
    {
        _guest.Program("usr/sbin/nft");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        _guest.Program("usr/sbin/nft", "exit 1");
        _guest.Run(TemplateFolder.Guard, "lift").ExitCode.ShouldBe(1);
        _guest.Read("run/imageprep/guard").ShouldBe("up\n");
        _guest.Program("usr/sbin/nft");
        _guest.Run(TemplateFolder.Guard, "lift").ExitCode.ShouldBe(0);
        _guest.Read("run/imageprep/guard").ShouldBe("lifted\n");
    }

    [Fact]
    public void Raise_NeitherNftNorIptables_FailsAndSaysSo()
    {
        ToolResult result = _guest.Run(TemplateFolder.Guard, "raise");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("neither nft nor iptables");
        _guest.Run(TemplateFolder.Keygen, "status").Output.ShouldContain(" guard=failed ");
    }

    /// <summary>nft that is there and does not work (a kernel without it) is no reason to give up; nor is a guest without IPv6.</summary>
    [Fact]
    public void Raise_NftThatFails_TriesIptables()
    {
        _guest.Program("usr/sbin/nft", "exit 1");
        _guest.Program("sbin/iptables", """[ "$2" != -C ]""");
        File.Delete(_guest.Location("proc/net/if_inet6"));
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(0);
        _guest.Calls.ShouldContain("iptables -w -I INPUT 1 -j IMAGEPREP-GUARD");
        _guest.Run(TemplateFolder.Guard, "lift").ExitCode.ShouldBe(0);
        _guest.Calls.ShouldContain("iptables -w -X IMAGEPREP-GUARD");
    }

    /// <summary>One family held back and the other open would be no guard, and nothing would ever lift that half.</summary>
    [Fact]
    public void Raise_Ip6tablesMissing_LeavesNoHalfBehind()
    {
        _guest.Program("sbin/iptables", """[ "$2" != -C ]""");
        _guest.Run(TemplateFolder.Guard, "raise").ExitCode.ShouldBe(1);
        _guest.Calls.ShouldContain("iptables -w -X IMAGEPREP-GUARD");
    }

    private void Install(string name, string script)
    {
        string file = _guest.Location("usr/libexec/imageprep/" + name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(file, script);
    }

    private void RealFirewall(string kind)
    {
        OutsideTool.Require("unshare", kind);
        ToolResult probe = kind == "nft" ? OutsideTool.Run("unshare", "-rn", "nft", "list", "ruleset") : OutsideTool.Run("unshare", "-rn", "iptables", "-S");
        Assert.SkipUnless(probe.ExitCode == 0, $"{kind} does not work in a network namespace here");
        foreach (string program in kind == "nft" ? (string[])["nft"] : ["iptables", "ip6tables"])
        {
            _guest.Borrow("usr/sbin/" + program, program);
        }
    }

    private static string Listing(string kind) => kind == "nft" ? "nft list ruleset" : "{ iptables -w -S; ip6tables -w -S; }";

    /// <summary>Runs a script as root of a network namespace of its own; its arguments are the guest's shell.</summary>
    private string InOwnNetwork(string script)
    {
        ToolResult result = _guest.RunWithin(60, ["unshare", "-rn", "sh", "-c", script, "sh"]);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }
}
