using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>One sound fast commit with one field changed: what ends the log, what is refused, and that a refusal writes nothing.</summary>
public sealed class FastCommitFieldTests
{
    private const uint A = 12;
    private const uint B = 13;
    private const uint D = 14;
    private const uint Link = 16;
    private const uint New = 20;

    /// <summary>A block that nothing uses.</summary>
    private const uint Free = 3800;

    private static readonly Lazy<FastCommitImage> Base = new(() =>
    {
        using ScratchFolder scratch = new();
        return FastCommitImage.Make(scratch);
    });

    private static readonly UnixTime Now = new(1_750_000_000);

    private static readonly Dictionary<string, Action<FastCommitImage>> Ends = new(StringComparer.Ordinal)
    {
        ["no head"] = image => Sound(image.AddName(4, D, A, "x")),
        ["older head"] = image => Sound(image.AddHead(transaction: 1)),
        ["older tail"] = image => Body(image.AddHead()).Commit(transaction: 1),
        ["no tail"] = image => Body(image.AddHead()),
        ["unknown tag"] = image => Sound(image.AddHead().Add(10, [1, 2, 3, 4])),
        ["short range"] = image => Sound(image.AddHead().Add(1, new byte[15])),
        ["long range"] = image => Sound(image.AddHead().Add(1, new byte[17])),
        ["short hole"] = image => Sound(image.AddHead().Add(2, new byte[11])),
        ["name without a name"] = image => Sound(image.AddHead().Add(3, new byte[8])),
        ["name of 256 bytes"] = image => Sound(image.AddHead().Add(4, new byte[8 + 256])),
        ["short inode"] = image => Sound(image.AddHead().Add(6, new byte[4 + 127])),
        ["long inode"] = image => Sound(image.AddHead().Add(6, new byte[4 + 257])),
        ["short head"] = image => Sound(image.Add(9, new byte[4])),
    };

    private static readonly Dictionary<string, (Action<FastCommitImage> Change, string Reason)> Corrupt = new(StringComparer.Ordinal)
    {
        ["range of inode 0"] = (image => image.AddRange(0, 3, 1, Free), "inode number"),
        ["range of a reserved inode"] = (image => image.AddRange(8, 3, 1, Free), "inode number"),
        ["range of an inode too many"] = (image => image.AddRange(97, 3, 1, Free), "inode number"),
        ["range without blocks"] = (image => image.AddRange(A, 3, 0, Free), "ee_len"),
        ["range behind any file"] = (image => image.AddRange(A, uint.MaxValue, 2, Free), "ee_len"),
        ["range at block 0"] = (image => image.AddRange(A, 3, 1, 0), "block number"),
        ["range behind the file system"] = (image => image.AddRange(A, 3, 2, 4095), "block number"),
        ["range in metadata"] = (image => image.AddRange(A, 3, 1, 2), "something else has it"),
        ["range in another file"] = (image => image.AddRange(A, 3, 1, BlockOf(image, "b")), "something else has it"),
        ["range in the journal"] = (image => image.AddRange(A, 3, 1, (uint)(image.AreaOffset / FastCommitImage.BlockSize)), "something else has it"),
        ["range twice"] = (image => image.AddRange(A, 3, 1, Free).AddRange(A, 5, 1, Free), "belong to the file twice"),
        ["range behind i_size"] = (image => image.AddRange(A, 3, 1, Free), "i_size is 3000"),
        ["hole without blocks"] = (image => image.DeleteRange(A, 1, 0), "fc_len"),
        ["hole behind any file"] = (image => image.DeleteRange(A, uint.MaxValue, 2), "fc_len"),
        ["name '..'"] = (image => image.AddName(4, D, A, ".."), "fc_dname"),
        ["name with a slash"] = (image => image.AddName(4, D, A, "x/y"), "fc_dname"),
        ["name with NUL"] = (image => image.AddName(4, D, A, "x\0"), "fc_dname"),
        ["name in inode 0"] = (image => image.AddName(4, 0, A, "x"), "inode number"),
        ["name in a file"] = (image => image.AddName(4, B, A, "x"), "no directory with this number"),
        ["name in a free inode"] = (image => image.AddName(4, 50, A, "x"), "does not exist"),
        ["name that exists"] = (image => image.AddName(4, 2, A, "b"), "exists already"),
        ["name of a directory"] = (image => image.AddName(4, 2, D, "x"), "one more name to a directory"),
        ["name of the root"] = (image => image.AddName(4, D, 2, "x"), "inode number"),
        ["name not counted"] = (image => image.AddName(4, D, A, "x"), "i_links_count is 1"),
        ["new name of an inode in use"] = (image => image.AddName(3, D, A, "x"), "not new"),
        ["new name without an inode"] = (image => image.AddName(3, D, New, "x"), "not new"),
        ["name gone of another inode"] = (image => image.AddName(5, 2, A, "b"), "leads to inode 13"),
        ["directory gone that is not empty"] = (image => image.AddName(5, 2, D, "d"), "not empty"),
        ["inode of another type"] = (image => AddInode(image, A, inode => inode.Mode = 0xA1FF), "of another file"),
        ["inode of no type"] = (image => AddInode(image, A, inode => inode.Mode = 0x31A4), "i_mode"),
        ["inode of another generation"] = (image => AddInode(image, A, inode => inode.Generation = 7), "of another file"),
        ["inode without extents"] = (image => AddInode(image, A, inode => inode.Flags = InodeFlags.None), "of another file"),
        ["inode with two links"] = (image => AddInode(image, A, inode => inode.Links = 2), "i_links_count is 2"),
        ["inode without links"] = (image => AddInode(image, A, inode => inode.Links = 0), "i_links_count is 0"),
        ["inode of size -1"] = (image => AddInode(image, A, inode => inode.Size = -1), "i_size"),
        ["inode with i_extra_isize 36"] = (image => AddInode(image, A, inode => inode.ExtraSize = 36), "length of the record"),
        ["inode with i_extra_isize 3"] = (image => AddInode(image, A, inode => inode.ExtraSize = 3), "i_extra_isize"),
        ["new inode twice"] = (image => AddNew(AddNew(image, "x"), "y"), "not new"),
    };

    private static readonly Dictionary<string, (Action<FastCommitImage> Change, string Reason)> Unsupported = new(StringComparer.Ordinal)
    {
        ["range of a directory"] = (image => image.AddRange(D, 1, 1, Free), "not a file with extents"),
        ["range of a link"] = (image => image.AddRange(Link, 0, 1, Free), "not a file with extents"),
        ["hole in a directory"] = (image => image.DeleteRange(D, 0, 1), "not a file with extents"),
        ["inode of a directory"] = (image => AddInode(image, D, _ => { }), "a directory that exists"),
        ["inode with attributes"] = (image => AddInode(image, A, inode => inode.AttributeBlock = Free), "extended attributes"),
        ["inode with inline content"] = (image => AddInode(image, A, inode => inode.Flags |= InodeFlags.InlineData), "inline_data"),
        ["new inode with attributes"] = (image => AddNew(image, "x", inode => inode.AttributeBlock = Free), "extended attributes"),
    };

    public static TheoryData<string> EndNames => [.. Ends.Keys];

    public static TheoryData<string> LaterEndNames => [.. Ends.Keys.Where(name => name != "no head")];

    public static TheoryData<string> CorruptNames => [.. Corrupt.Keys];

    public static TheoryData<string> UnsupportedNames => [.. Unsupported.Keys];

    [Fact]
    public void Replay_Sound_IsDone()
    {
        (byte[] image, ExtRecovery recovery) = Replay(image => Sound(image.AddHead()));

        recovery.FastCommits.ShouldBe(1);
        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(image));
        files.TryLookup(Child(files, "d"), "new", out NodeId made).ShouldBeTrue();
        made.Value.ShouldBe(New);
        files.Stat(made).Size.ShouldBe(3000);
        files.TryLookup(files.Root, "b", out _).ShouldBeFalse();
    }

    [Fact]
    public void Replay_NumberOfTheRemovedFileIsUsedAgain_KeepsNothingOfIt()
    {
        (byte[] image, _) = Replay(image => AddInode(
            image.AddHead().AddName(5, 2, B, "b"), B, inode => (inode.Generation, inode.Size) = (9, 0)).AddName(3, D, B, "x").Commit());

        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(image));
        files.Stat(Child(files, "d", "x")).Size.ShouldBe(0);
        Volume volume = Volume.Open(new MemoryDevice(image));
        volume.ReadInode(B).StoredBlocks.ShouldBe(0);
    }

    [Fact]
    public void Replay_BlockGoesFromOneFileToAnother_InAnyOrder()
    {
        (byte[] image, _) = Replay(image =>
        {
            image.AddHead().AddRange(A, 3, 1, BlockOf(image, "b")).DeleteRange(B, 0, 1);
            AddInode(image, A, inode => inode.Size = 4096).Commit();
        });

        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(image));
        byte[] moved = new byte[1];
        files.Read(Child(files, "a"), 3072, moved).ShouldBe(1);
        moved[0].ShouldBe((byte)'b');
    }

    [Theory]
    [MemberData(nameof(EndNames))]
    public void Replay_NotAFastCommit_EndsTheLog(string name)
    {
        (byte[] image, ExtRecovery recovery) = Replay(Ends[name]);

        recovery.FastCommits.ShouldBe(0);
        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(image));
        files.TryLookup(files.Root, "b", out _).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(LaterEndNames))]
    public void Replay_NotAFastCommit_KeepsWhatCameBefore(string name)
    {
        (_, ExtRecovery recovery) = Replay(image =>
        {
            Sound(image.AddHead());
            Ends[name](image);
        });

        recovery.FastCommits.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(CorruptNames))]
    public void Replay_FieldIsWrong_IsCorruptAndNothingIsWritten(string name) =>
        ShouldBeRefused<CorruptImageException>(Corrupt[name].Change).ShouldContain(Corrupt[name].Reason);

    [Theory]
    [MemberData(nameof(UnsupportedNames))]
    public void Replay_OperationIsNotReplayed_IsUnsupportedAndNothingIsWritten(string name) =>
        ShouldBeRefused<UnsupportedImageException>(Unsupported[name].Change).ShouldContain(Unsupported[name].Reason);

    [Fact]
    public void Replay_RandomBytes_IsRefusedOrSound()
    {
        FastCommitImage made = Base.Value.Copy();
        Sound(made.AddHead());
        AddInode(made.AddName(4, D, A, "second").DeleteRange(A, 1, 1).AddRange(A, 7, 32770, Free + 20), A, inode => inode.Links = 2).Commit();
        byte[] sound = made.Place();
        Random random = new(5);
        int replayed = 0;
        List<string> problems = [];
        for (int round = 0; round < 400; round++)
        {
            byte[] image = [.. sound];
            Span<byte> area = image.AsSpan(made.AreaOffset, made.AreaLength);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                // Names, numbers and ranges lie at the front of each block, but for the inode's bytes.
                int at = (random.Next(2) * FastCommitImage.BlockSize) + random.Next(300);
                area[at] = (byte)(random.Next(3) == 0 ? random.Next(256) : area[at] ^ (1 << random.Next(8)));
            }

            FastCommitImage.Seal(area);
            try
            {
                ExtFileSystem.OpenForEditing(new MemoryDevice(image), Now);
            }
            catch (Exception documented) when (documented is CorruptImageException or UnsupportedImageException)
            {
                continue;
            }

            problems.AddRange(ExtCheck.Verify(new MemoryDevice(image)).Select(problem => $"round {round}: {problem}"));
            replayed++;
        }

        problems.ShouldBeEmpty();

        replayed.ShouldBeInRange(50, 350);
    }

    [Fact]
    public void Replay_UnknownFeature_IsUnsupported()
    {
        FastCommitImage made = Base.Value.Copy();
        Sound(made.AddHead(features: 4));

        Should.Throw<UnsupportedImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(made.Place()))).Message.ShouldContain("0x4");
    }

    /// <summary>A file is made, another removed: what every one of these tests changes a little.</summary>
    private static FastCommitImage Sound(FastCommitImage image) => Body(image).Commit();

    private static FastCommitImage Body(FastCommitImage image) =>
        AddNew(image.AddRange(New, 0, 3, Free), "new", inode => inode.Size = 3000).AddName(5, 2, B, "b");

    private static FastCommitImage AddNew(FastCommitImage image, string name, Action<Inode>? change = null) => AddInode(
        image, New, inode =>
        {
            inode.Size = 0;
            change?.Invoke(inode);
        },
        like: A).AddName(3, D, New, name);

    private static FastCommitImage AddInode(FastCommitImage image, uint number, Action<Inode> change, uint? like = null)
    {
        Volume volume = Volume.Open(new MemoryDevice(image.Bytes));
        Inode inode = new(number, volume.ReadInode(like ?? number).Raw);
        int length = Inode.OldSize + inode.ExtraSize;
        change(inode);
        return image.AddInode(number, inode.Raw.AsSpan(0, length));
    }

    private static uint BlockOf(FastCommitImage image, string path) => (uint)new Mutator([.. image.Bytes]).FirstBlockOf(path);

    private static NodeId Child(IFileSystemReader files, params string[] path)
    {
        NodeId node = files.Root;
        foreach (string name in path)
        {
            files.TryLookup(node, name, out node).ShouldBeTrue(name);
        }

        return node;
    }

    private static (byte[] Image, ExtRecovery Recovery) Replay(Action<FastCommitImage> make)
    {
        FastCommitImage made = Base.Value.Copy();
        make(made);
        byte[] image = made.Place();
        ExtFileSystem.OpenForEditing(new MemoryDevice(image), Now, out ExtRecovery recovery);
        ExtCheck.Verify(new MemoryDevice(image)).ShouldBeEmpty();
        using ScratchFolder scratch = new();
        string path = scratch.File("replayed.img");
        File.WriteAllBytes(path, image);
        E2fsck.ShouldBeSilent(path);
        return (image, recovery);
    }

    private static string ShouldBeRefused<T>(Action<FastCommitImage> change)
        where T : Exception
    {
        FastCommitImage made = Base.Value.Copy();
        change(made.AddHead());
        byte[] image = made.Commit().Place();
        byte[] before = [.. image];
        string message = Should.Throw<T>(() => ExtFileSystem.OpenForEditing(new MemoryDevice(image), Now)).Message;
        image.ShouldBe(before);
        return message;
    }
}
