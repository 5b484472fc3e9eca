using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Random edits of every kind of ext file system: read back by us, and judged by e2fsck.</summary>
public sealed class RandomEditTests
{
    public static TheoryData<string> Flavours => Flavour.Names;

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Edits_OfEveryFlavour_ReadBackAndLeaveE2fsckSilent(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000, 123_456_789));
        RandomEdits edits = new(files, seed: 1);
        for (int round = 0; round < 3; round++)
        {
            edits.Run(80);
            edits.Model.ShouldEqual(files);
            files.Flush();
            E2fsck.ShouldBeSilent(path);
            ExtCheck.Verify(device).ShouldBeEmpty();
        }

        edits.Model.ShouldEqual(ExtFileSystem.OpenForReading(device));
    }
}
