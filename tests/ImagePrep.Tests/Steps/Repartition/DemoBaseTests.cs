using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Steps.Repartition;

/// <summary>The committed demo base, and the script that is said to make it.</summary>
public sealed class DemoBaseTests : IDisposable
{
    private static readonly string Folder = Path.Combine(RepositoryRoot(), "recipes", "demo");

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Base_IsSmallEnoughToCommit() => new FileInfo(Path.Combine(Folder, "base.qcow2")).Length.ShouldBeLessThan(1 << 20);

    [Fact]
    public void Base_Realigned_HoldsTheSameFileSystem()
    {
        using RawFile disk = Unpack(Path.Combine(Folder, "base.qcow2"), "disk.img");
        RepartitionPlan plan = RepartitionPlan.Create(disk, PartitionTable.Read(disk), new RepartitionOptions());

        using RawFile after = RawFile.Copy(_scratch.File("after.img"), plan.Compose(disk));

        PartitioningTools.Starts(after).ShouldBe(new Dictionary<int, long> { [1] = 2048, [2] = 83968 }, ignoreOrder: true);
        PartitioningTools.Verify(after, isGpt: false);
        PartitioningTools.DumpWithoutPlaces(after).ShouldBe(PartitioningTools.DumpWithoutPlaces(disk));
        using RawFile root = RawFile.Copy(_scratch.File("root.img"), new BlockSlice(after, plan.Partitions[0].To));
        ShouldBeCleanExt(root.Path);
    }

    [Fact]
    public void MakeBase_MakesTheCommittedDiskAgain_ButForItsKeys()
    {
        OutsideTool.Require("sh", "mke2fs", "debugfs", "e2fsck", "mkswap", "sfdisk", "qemu-img", "ssh-keygen", "openssl");
        string made = _scratch.File("made.qcow2");
        OutsideTool.Run("sh", [Path.Combine(Folder, "make-base.sh"), made], seconds: 300).EnsureSuccess("make-base.sh");

        using RawFile committed = Unpack(Path.Combine(Folder, "base.qcow2"), "committed.img");
        using RawFile again = Unpack(made, "again.img");

        PartitioningTools.Dump(again).ShouldBe(PartitioningTools.Dump(committed));
        Tree(again, "again").ShouldBe(Tree(committed, "committed"));
    }

    private static void ShouldBeCleanExt(string volume)
    {
        ToolResult result = OutsideTool.Run("e2fsck", "-fn", volume);
        result.ExitCode.ShouldBe(0, result.Output);
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("Pass ", StringComparison.Ordinal) && !line.Contains(" files (", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Mode, owner and name of everything in the root file system; the hash link of the new certificate has another name each time.</summary>
    private string[] Tree(RawFile disk, string name)
    {
        using RawFile root = RawFile.Copy(_scratch.File($"{name}.root.img"), new BlockSlice(disk, PartitionTable.Read(disk).Partitions[0].Range));
        ShouldBeCleanExt(root.Path);
        string[] folders = ["/", "/etc", "/etc/ssh", "/etc/ssl/certs", "/etc/ssl/private", "/etc/systemd/system", "/root", "/root/.ssh", "/usr/lib/systemd/system",
            "/var/lib/dbus", "/var/lib/dpkg", "/var/lib/systemd", "/var/log", "/usr/sbin"];
        string script = string.Concat(folders.Select(folder => $"ls -p {folder}\n"));
        string listing = OutsideTool.Run("debugfs", ["-f", "-", root.Path], input: System.Text.Encoding.ASCII.GetBytes(script)).EnsureSuccess("debugfs").Output;

        // Lines of "ls -p" are /inode/mode/uid/gid/name/size/.
        return [.. listing.Split('\n').Where(line => line.StartsWith('/')).Select(line => line.Split('/')).Select(f => string.Join(' ', f[2], f[3], f[4], HashLink(f[5]))).Order()];
    }

    private static string HashLink(string name) => name.EndsWith(".0", StringComparison.Ordinal) ? "hash link" : name;

    private RawFile Unpack(string qcow2, string name)
    {
        string raw = _scratch.File(name);
        OutsideTool.Run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", qcow2, raw).EnsureSuccess("qemu-img convert");
        return RawFile.Open(raw);
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "cake.config")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests must run inside the repository: cake.config was not found above them.");
    }
}
