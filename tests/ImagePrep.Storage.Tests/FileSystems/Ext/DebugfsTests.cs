using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>debugfs as a second reader and writer, which needs no root.</summary>
public sealed class DebugfsTests
{
    [Theory]
    [InlineData("ext4-4k")]
    [InlineData("ext4-64k")]
    [InlineData("ext4-noextent")]
    [InlineData("ext2-128")]
    public void Image_EditedByUs_IsReadByDebugfs(string flavour)
    {
        OutsideTool.Require("mke2fs", "debugfs");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        ModelTree model = Edit(path);
        string dump = scratch.File("dump");
        Directory.CreateDirectory(dump);
        OutsideTool.Run("debugfs", "-R", $"rdump / {dump}", path).EnsureSuccess("debugfs rdump");

        foreach ((ModelNode node, string name) in model.Everything().Where(item => item.Node.Kind == NodeKind.File))
        {
            File.ReadAllBytes(dump + name).SequenceEqual(node.Content.ToArray()).ShouldBeTrue(name);
        }

        (ModelNode withAttribute, string attributed) = model.Everything().First(item => item.Node.Attributes.Keys.Any(IsPlain));
        string attribute = withAttribute.Attributes.Keys.First(IsPlain);
        string value = scratch.File("value");
        OutsideTool.Run("debugfs", "-R", $"ea_get -f {value} \"{attributed}\" {attribute}", path).EnsureSuccess("debugfs ea_get");
        File.ReadAllBytes(value).ShouldBe(withAttribute.Attributes[attribute]);
    }

    [Fact]
    public void Image_WrittenByDebugfs_IsReadAndEditedByUs()
    {
        OutsideTool.Require("mke2fs", "debugfs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = Flavour.Of("ext4-128").Make(scratch);
        string content = scratch.File("file");
        byte[] bytes = new byte[50_000];
        new Random(2).NextBytes(bytes);
        File.WriteAllBytes(content, bytes);
        string script = scratch.File("script");
        File.WriteAllLines(script, ["mkdir d", "cd d", $"write {content} f", "symlink l target", "mknod p p", "ea_set f user.a value", $"ea_set -f {script} f trusted.b"]);
        OutsideTool.Run("debugfs", "-w", "-f", script, path).EnsureSuccess("debugfs");
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));

        NodeId file = ModelTree.Find(files, "/d/f");
        byte[] found = new byte[bytes.Length];
        files.Read(file, 0, found).ShouldBe(bytes.Length);
        found.ShouldBe(bytes);
        files.GetAttributes(file).Select(a => a.Name).ShouldBe(["user.a", "trusted.b"], ignoreOrder: true);
        files.SetAttribute(file, "user.c", new byte[100]);
        files.RemoveAttribute(file, "user.a");
        files.WriteContent(file, new byte[70_000]);
        files.Unlink(ModelTree.Find(files, "/d"), "p");
        files.Flush();

        E2fsck.ShouldBeSilent(path);
        files.GetAttributes(file).Select(a => a.Name).ShouldBe(["user.c", "trusted.b"], ignoreOrder: true);
    }

    private static bool IsPlain(string attribute) => attribute.StartsWith("user.", StringComparison.Ordinal) && attribute.All(char.IsAscii);

    private static ModelTree Edit(string path)
    {
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));
        RandomEdits edits = new(files, seed: 21);
        edits.Run(150);
        files.Flush();
        return edits.Model;
    }
}
