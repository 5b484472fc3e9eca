using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>
/// What a machine did between its last whole transaction and the cut, each step made durable by fsync of a file that it changed: of others fsync does nothing when a
/// whole transaction came between.
/// </summary>
/// <param name="Name">Of the test case.</param>
/// <param name="Steps">Python, with P for a path, w to write a file and sync it, and sync.</param>
/// <param name="KernelIsSound">The kernel's own replay of it, as of 6.18, gives a sound file system with the right names.</param>
internal sealed record FastCommitWork(string Name, string Steps, bool KernelIsSound = true)
{
    private const string Prelude = """
        import ctypes, os, sys
        root, image, copy = sys.argv[1:4]
        libc = ctypes.CDLL(None)
        def P(name): return os.path.join(root, name)
        def w(name, data, flags=0, durable=True):
            fd = os.open(P(name), os.O_CREAT | os.O_RDWR | flags, 0o640)
            os.write(fd, data)
            if durable: os.fsync(fd)
            os.close(fd)
        def sync(name):
            fd = os.open(P(name), os.O_RDONLY); os.fsync(fd); os.close(fd)
        for i in range(8): w('old%d' % i, b'o' * (5000 * (i + 1)), durable=False)
        os.mkdir(P('dir')); os.mkdir(P('empty')); w('dir/inner', b'x', durable=False)
        os.setxattr(P('old6'), 'user.a', b'v' * 20); os.setxattr(P('old5'), 'user.b', b'v' * 500)
        os.symlink('t' * 100, P('long'))
        libc.syncfs(os.open(root, os.O_RDONLY))
        w('old0', b'p')

        """;

    public static IReadOnlyList<FastCommitWork> All { get; } =
    [
        new("content", """
            w('dir/new', b'q' * 9000); w('dir/none', b'')
            for i in range(3): w('old7', b'x' * 900, os.O_APPEND)
            fd = os.open(P('old1'), os.O_RDWR); os.pwrite(fd, b'over' * 100, 300); os.fsync(fd)
            os.truncate(P('old2'), 100); sync('old2')
            os.truncate(P('old3'), 6000); sync('old3'); w('old3', b'more' * 3000, os.O_APPEND)
            fd = os.open(P('old4'), os.O_RDWR); os.ftruncate(fd, 0); os.pwrite(fd, b'w' * 9000, 20000); os.fsync(fd)
            fd = os.open(P('old7'), os.O_RDWR); libc.fallocate(fd, 3, ctypes.c_long(8192), ctypes.c_long(8192)); os.fsync(fd)
            os.chmod(P('old0'), 0o4711); os.chown(P('old0'), 70000, 5); os.utime(P('old0'), (1, 2)); sync('old0')
            """),
        new("maps", """
            fd = os.open(P('old7'), os.O_RDWR)
            for i in range(40): os.pwrite(fd, b'w', 100000 + i * 8192)
            os.fsync(fd)
            fd = os.open(P('old1'), os.O_RDWR)
            os.posix_fallocate(fd, 0, 200000); os.fsync(fd)
            os.pwrite(fd, b'w' * 5000, 100000); os.fsync(fd)
            """),
        new("names", """
            os.unlink(P('old5')); os.unlink(P('old6')); w('old0', b'p')
            os.link(P('old3'), P('l1')); os.link(P('old3'), P('dir/l2')); os.unlink(P('old3')); sync('l1')
            os.rename(P('old7'), P('dir/x')); sync('dir/x')
            os.rename(P('old1'), P('old2')); sync('old2')
            """),
        new("number-used-again", "os.unlink(P('old4')); w('dir/new', b'q' * 9000); os.unlink(P('old2')); w('old0', b'p'); w('dir/two', b'r' * 3000)"),
        new("many", """
            for i in range(60): w('dir/a-file-with-a-long-name-%d' % i, b'', durable=False)
            sync('dir/a-file-with-a-long-name-7')
            w('dir/a-file-with-a-long-name-8', b'content')
            """),
        new("later-transaction", "w('a', b'1'); os.setxattr(P('a'), 'user.t', b'v'); sync('a'); w('b', b'2'); w('a', b'3')"),
        new("area-used-again", "for i in range(28): w('old7', b'x' * 30, os.O_APPEND)"),

        // The kernel forgets links of directories, leaves removed ones allocated, and refuses to mount the others.
        new("directories", """
            os.mkdir(P('nd')); w('old0', b'p'); w('nd/f', b'1' * 5000)
            os.mkdir(P('nd/e')); w('nd/e/x', b'2')
            os.mkdir(P('gone')); w('old0', b'p'); os.rmdir(P('gone')); os.rmdir(P('empty')); w('old0', b'p')
            """, KernelIsSound: false),
        new("directory-grows", """
            os.mkdir(P('nd'))
            for i in range(30): w('nd/a-file-with-a-long-name-%d' % i, b'', durable=False)
            sync('nd/a-file-with-a-long-name-7')
            """, KernelIsSound: false),
        new("without-names", """
            fd = os.open(P('old4'), os.O_RDWR); os.unlink(P('old4')); os.write(fd, b'x' * 90000); os.fsync(fd); w('old3', b'o')
            unnamed = os.open(P('dir'), os.O_TMPFILE | os.O_RDWR); os.write(unnamed, b'x' * 5000); os.fsync(unnamed)
            """, KernelIsSound: false),
        new("named-later", """
            fd = os.open(P('dir'), os.O_TMPFILE | os.O_RDWR, 0o600); os.write(fd, b'x' * 5000)
            libc.linkat(-100, ('/proc/self/fd/%d' % fd).encode(), -100, P('dir/t').encode(), 0x400); os.fsync(fd)
            """, KernelIsSound: false),
        new("area-full", "for i in range(14): w('old7', b'x' * 30, os.O_APPEND)", KernelIsSound: false),
    ];

    /// <summary>The image as the cut left it, the tree that was there, and the number of fast commits in it.</summary>
    public (string Path, string Tree, int Commits) Cause(ScratchFolder scratch, string[] mkfs, int atLeast = 1)
    {
        (string path, string tree, JournalLog log) = DirtyImage.Make(
            scratch, "commit=300", Prelude + Steps + "\n" + DirtyImage.Cut, 0, ["-t", "ext4", .. mkfs, scratch.File("mounted.img"), "24M"], log => log.FastCommits >= atLeast);
        return (path, tree, log.FastCommits);
    }
}
