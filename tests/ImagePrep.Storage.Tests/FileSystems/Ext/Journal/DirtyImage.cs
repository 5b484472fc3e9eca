using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>
/// A file system as a power cut leaves it: the kernel works on it, and its file is copied while it is mounted. What the journal holds is not in its
/// place yet, and files are open that have no name any more.
/// </summary>
internal static class DirtyImage
{
    /// <summary>The end of every work: copies the image until two copies are the same, so that no writing back went on meanwhile.</summary>
    public const string Cut = """
        before = None
        while True:
            with open(image, 'rb') as source: now = source.read()
            if now == before: break
            before = now
        with open(copy, 'wb') as target: target.write(now)
        """;

    /// <summary>
    /// Creates, renames, deletes and cuts, with commits between. An fsync commits the transaction without writing anything back. Freed directory blocks
    /// are used again for data, which revokes them; a file that begins with the journal's magic number is escaped where data is journalled.
    /// </summary>
    private const string Work = """
        import os, sys
        root, copy, image, orphans = os.fsencode(sys.argv[1]), sys.argv[3], sys.argv[2], int(sys.argv[4])
        def path(name): return os.path.join(root, os.fsencode(name))
        def write(name, data, sync=False):
            fd = os.open(path(name), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o640)
            os.write(fd, data)
            if sync: os.fsync(fd)
            os.close(fd)
        for i in range(60):
            os.mkdir(path('d%d' % i))
            for j in range(12):
                write('d%d/a-file-with-a-long-name-%d' % (i, j), b'%d %d\n' % (i, j) * 40)
            if i % 7 == 0: write('commit', b'%d' % i, True)
        for i in range(0, 60, 2):
            for j in range(12): os.unlink(path('d%d/a-file-with-a-long-name-%d' % (i, j)))
            os.rmdir(path('d%d' % i))
        write('commit', b'deleted', True)
        magic = bytes.fromhex('c03b3998')
        for i in range(40):
            write('data%d' % i, (magic + b'x' * 508) * 24)
            if i % 5 == 0: write('commit', b'data', True)
        os.setxattr(path('data1'), 'user.test', b'v' * 300)
        os.symlink(b't' * 200, path('link'))
        os.rename(path('d1'), path('renamed'))
        held = []
        for i in range(orphans):
            name = 'orphan%d' % i
            write(name, b'o' * (3000 * i + 1))
            held.append(os.open(path(name), os.O_RDWR))
            if i % 2: os.unlink(path(name))
        write('commit', b'orphans', True)
        write('lost', b'not committed')

        """ + Cut;

    /// <summary>Every other of the orphans has no name any more. The journal holds at least three transactions.</summary>
    public static (string Path, JournalLog Log) Make(ScratchFolder scratch, string mountOptions, int orphans, params string[] mkfs)
    {
        (string path, _, JournalLog log) = Make(scratch, mountOptions, Work, orphans, mkfs, log => log.Transactions > 2);
        return (path, log);
    }

    /// <summary>
    /// Runs python on a mounted file system; its arguments are the folder, the image, where to copy it to, and a number. Returns the copy, the tree that the
    /// kernel showed when it was made, and what its journal holds. A sync(2) of any program on the machine commits and checkpoints meanwhile, so the work is
    /// done again until the journal is as it is wanted.
    /// </summary>
    public static (string Path, string Tree, JournalLog Log) Make(
        ScratchFolder scratch, string mountOptions, string work, int orphans, string[] mkfs, Func<JournalLog, bool> wanted)
    {
        OutsideTool.Require("mke2fs", "python3", "debugfs");
        string mounted = scratch.File("mounted.img");
        string dirty = scratch.File("dirty.img");
        for (int attempt = 0; attempt < 20; attempt++)
        {
            OutsideTool.Run("mke2fs", ["-q", "-F", .. mkfs]).EnsureSuccess("mke2fs");
            string tree;
            using (KernelMount mount = new(mounted, mountOptions))
            {
                OutsideTool.Run("python3", ["-c", work, mount.Folder, mounted, dirty, $"{orphans}"], seconds: 120).EnsureSuccess("working on the mounted file system");
                tree = TreeListing.OfFolder(mount.Folder);
            }

            JournalLog log = JournalLog.Of(dirty);
            if (wanted(log))
            {
                return (dirty, tree, log);
            }
        }

        throw new InvalidOperationException("the kernel left another journal than the test needs, twenty times");
    }
}
