using System.Globalization;
using ImagePrep.Guests.Selinux;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests.Selinux;

public sealed class FileContextsTests
{
    /// <summary>The kinds of rules that released policies hold.</summary>
    private const string Rules = """
        # comment
        /.*	system_u:object_r:default_t:s0
        /	-d	system_u:object_r:root_t:s0
        /etc(/.*)?	system_u:object_r:etc_t:s0
        /etc/machine-id	--	system_u:object_r:machineid_t:s0
        /etc/ssh/ssh_host.*_key	--	system_u:object_r:sshd_key_t:s0
        /etc/ssh/ssh_host.*_key\.pub	--	system_u:object_r:sshd_key_t:s0
        /etc/ssh/.*	-d	system_u:object_r:etc_dirs_t:s0
        /etc/localtime	-l	system_u:object_r:locale_t:s0
        /usr/libexec(/.*)?	system_u:object_r:bin_t:s0
        /usr/lib/systemd/system(/.*)?	system_u:object_r:systemd_unit_file_t:s0
        /usr/lib/systemd/system/sshd-keygen.*	--	system_u:object_r:sshd_keygen_unit_file_t:s0
        /usr/lib(64)?/libx[0-9]+\.so(\.[^/]*)*	--	system_u:object_r:lib_t:s0
        /var/lib/systemd(/.*)?	system_u:object_r:init_var_lib_t:s0
        /proc/.*	<<none>>
        /dev/[shmx]d[^/]*	-b	system_u:object_r:fixed_disk_device_t:s0
        /home/[^/]+/.+	unconfined_u:object_r:user_home_t:s0
        /opt/a?b	--	system_u:object_r:optional_t:s0
        /opt/x{2}y	--	system_u:object_r:repeated_t:s0
        /srv/(a|b)/c	system_u:object_r:group_t:s0
        /one|/two	system_u:object_r:either_t:s0
        /etc/bad(pattern	system_u:object_r:bad_t:s0
        too many fields on a line to mean anything
        """;

    private const string Local = """
        /etc/ssh/special	--	system_u:object_r:local_t:s0
        /var/lib/systemd/mine(/.*)?	system_u:object_r:mine_t:s0
        """;

    private const string Aliases = "/etc/systemd/system /usr/lib/systemd/system\n/lib /usr/lib\n";
    private const string OwnAliases = "/mine /etc\n";

    public static TheoryData<string, NodeKind> Paths => new()
    {
        { "/", NodeKind.Directory },
        { "/nowhere", NodeKind.File },
        { "/etc", NodeKind.Directory },
        { "/etc/hosts", NodeKind.File },
        { "/etc/machine-id", NodeKind.File },
        { "/etc/machine-id", NodeKind.Directory },
        { "/etc/ssh/ssh_host_rsa_key", NodeKind.File },
        { "/etc/ssh/ssh_host_rsa_key.pub", NodeKind.File },
        { "/etc/ssh/ssh_host_rsa_keyXpub", NodeKind.File },
        { "/etc/ssh/sshd_config.d", NodeKind.Directory },
        { "/etc/ssh/special", NodeKind.File },
        { "/etc/localtime", NodeKind.SymbolicLink },
        { "/etc/localtime", NodeKind.File },
        { "/usr/libexec/imageprep/mix", NodeKind.File },
        { "/usr/lib/systemd/system/imageprep-mix.service", NodeKind.File },
        { "/etc/systemd/system/sshd-keygen.service", NodeKind.File },
        { "/etc/systemd/system/ssh.service.d/50-imageprep.conf", NodeKind.File },
        { "/etc/systemd/systemx", NodeKind.File },
        { "/lib/systemd/system/a.service", NodeKind.SymbolicLink },
        { "/usr/lib64/libx12.so.4.5", NodeKind.File },
        { "/usr/lib/libx.so", NodeKind.File },
        { "/var/lib/systemd/random-seed", NodeKind.File },
        { "/var/lib/systemd/mine/x", NodeKind.File },
        { "/proc/1/stat", NodeKind.File },
        { "/dev/sda", NodeKind.BlockDevice },
        { "/dev/sda", NodeKind.CharacterDevice },
        { "/home/a/.bashrc", NodeKind.File },
        { "/opt/b", NodeKind.File },
        { "/opt/ab", NodeKind.File },
        { "/opt/xxy", NodeKind.File },
        { "/srv/b/c", NodeKind.File },
        { "/one", NodeKind.File },
        { "/two", NodeKind.File },
        { "/mine/hosts", NodeKind.File },
    };

    [Theory]
    [InlineData("/etc/machine-id", NodeKind.File, "system_u:object_r:machineid_t:s0")]
    [InlineData("/etc/systemd/system/sshd-keygen.service", NodeKind.File, "system_u:object_r:sshd_keygen_unit_file_t:s0")]
    [InlineData("/etc/ssh/special", NodeKind.File, "system_u:object_r:local_t:s0")]
    [InlineData("/proc/1/stat", NodeKind.File, null)]
    [InlineData("/mine/hosts", NodeKind.File, "system_u:object_r:etc_t:s0")]
    public void Find_GivesTheLabelOfTheLastMatch(string path, NodeKind kind, string? label) => Contexts().Find(path, kind).ShouldBe(label);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Find_AgreesWithLibselinux(string path, NodeKind kind)
    {
        using ScratchFolder scratch = new();
        string file = scratch.File("file_contexts");

        // libselinux stops at the lines that this reader leaves out.
        File.WriteAllLines(file, Rules.Split('\n').Where(line => !line.Contains("bad", StringComparison.Ordinal) && !line.StartsWith("too", StringComparison.Ordinal)));
        File.WriteAllText(file + ".local", Local + "\n");
        File.WriteAllText(file + ".subs", OwnAliases);
        File.WriteAllText(file + ".subs_dist", Aliases);

        ToolResult looked = OutsideTool.Run("selabel_lookup", "-b", "file", "-f", file, "-k", path, "-t", TypeBits(kind).ToString(CultureInfo.InvariantCulture));
        string printed = looked.Output + looked.Error;
        const string mark = "Default context: ";
        int start = printed.IndexOf(mark, StringComparison.Ordinal);
        string? expected = start < 0 ? null : printed[(start + mark.Length)..].Split('\n')[0].Trim();

        Contexts().Find(path, kind).ShouldBe(expected, $"{printed} ({looked.ExitCode})");
    }

    private static FileContexts Contexts() => FileContexts.Parse([Rules, "", Local], new PathAliases(OwnAliases, Aliases));

    /// <summary>S_IFMT bits of st_mode, which the program wants in decimal.</summary>
    private static int TypeBits(NodeKind kind) => kind switch
    {
        NodeKind.File => 0x8000,
        NodeKind.Directory => 0x4000,
        NodeKind.SymbolicLink => 0xA000,
        NodeKind.BlockDevice => 0x6000,
        NodeKind.CharacterDevice => 0x2000,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
