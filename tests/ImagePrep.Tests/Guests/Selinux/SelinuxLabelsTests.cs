using System.Text;
using ImagePrep.Guests;
using ImagePrep.Guests.Selinux;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Guests.Selinux;

public sealed class SelinuxLabelsTests
{
    private readonly MemoryFileSystem _root = new();

    private GuestEditor Files => new([new Mount(GuestPath.Root, 1, new ByteRange(0, 1 << 20), _root, _root)]);

    [Fact]
    public void NewNodes_GetTheLabelsOfThePolicyWithNul()
    {
        AddPolicy("SELINUX=enforcing\nSELINUXTYPE=targeted\n");
        Label("/etc", "system_u:object_r:etc_t:s0");
        GuestEditor files = Files;

        files.PutFile("/etc/new/file", "x", 0b110_000_000);
        files.PutLink(GuestPath.Parse("/etc/link"), "file");

        LabelOf(files, "/etc/new").ShouldBe("system_u:object_r:etc_t:s0\0");
        LabelOf(files, "/etc/new/file").ShouldBe("system_u:object_r:special_t:s0\0");
        LabelOf(files, "/etc/link").ShouldBe("system_u:object_r:etc_t:s0\0");
    }

    [Fact]
    public void NewNode_WithoutARule_GetsTheLabelOfItsDirectory()
    {
        AddPolicy("SELINUX=permissive\nSELINUXTYPE=targeted\n");
        _root.AddDirectory("/data");
        Label("/data", "system_u:object_r:data_t:s0\0");
        GuestEditor files = Files;

        files.PutFile("/data/file", "x", 0b110_000_000);

        LabelOf(files, "/data/file").ShouldBe("system_u:object_r:data_t:s0\0");
    }

    [Theory]
    [InlineData("SELINUX=disabled\nSELINUXTYPE=targeted\n", true)]
    [InlineData("SELINUX=enforcing\nSELINUXTYPE=other\n", true)]
    [InlineData("SELINUX=enforcing\nSELINUXTYPE=../../..\n", true)]
    [InlineData("SELINUX=enforcing\nSELINUXTYPE=targeted\n", false)]
    public void NewNode_InAGuestThatDoesNotLabel_HasNone(string configuration, bool directoryHasALabel)
    {
        AddPolicy(configuration);
        if (directoryHasALabel)
        {
            Label("/etc", "system_u:object_r:etc_t:s0\0");
        }

        GuestEditor files = Files;

        files.PutFile("/etc/file", "x", 0b110_000_000);

        LabelOf(files, "/etc/file").ShouldBeNull();
    }

    private void AddPolicy(string configuration)
    {
        _root.Add("/etc/selinux/config", configuration);
        _root.Add(
            "/etc/selinux/targeted/contexts/files/file_contexts",
            "/etc(/.*)?\tsystem_u:object_r:etc_t:s0\n/etc/new/.*\t--\tsystem_u:object_r:special_t:s0\n");
    }

    private void Label(string path, string label)
    {
        GuestEditor files = Files;
        _root.SetAttribute(files.Find(GuestPath.Parse(path)).Node, SelinuxLabels.AttributeName, Encoding.UTF8.GetBytes(label));
    }

    private string? LabelOf(GuestEditor files, string path) =>
        _root.GetAttributes(files.Find(GuestPath.Parse(path), followLast: false).Node).FirstOrDefault(attribute => attribute.Name == SelinuxLabels.AttributeName) is { } found
            ? Encoding.UTF8.GetString(found.Value)
            : null;
}
