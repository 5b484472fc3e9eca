using System.Text;
using ImagePrep.Guests.Selinux;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Rules of a guest's SELinux policy, patterns of regular expressions among them, and paths that are looked up in them.</summary>
internal sealed class FileContextsTarget() : FuzzTarget("file-contexts")
{
    // A line that says nothing is left out, as libselinux does.
    public override bool RefusesMutants => false;

    public override void Execute(Memory<byte> input)
    {
        string text = Encoding.UTF8.GetString(input.Span);
        FileContexts contexts = FileContexts.Parse([text], new PathAliases(text, "/run /var/run\n"));
        foreach (string path in (string[])["/etc/ssh/ssh_host_key", "/var/run/a.b", "/"])
        {
            contexts.Find(path, NodeKind.File);
        }
    }

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        Seed.Whole("/.*\tsystem_u:object_r:default_t:s0\n/etc/ssh/ssh_host_.*_?key -- system_u:object_r:sshd_key_t:s0\n/etc/(a|b{1,3})?/[^/]+ -d <<none>>\n"u8.ToArray()),
        Seed.Whole("# comment\n/run /var/run\n/etc/\\.x\\d+(/.*)?  -l  u:o:t:s0\n/((a+)+)+$ u:o:t:s0\n"u8.ToArray()),
    ];
}
