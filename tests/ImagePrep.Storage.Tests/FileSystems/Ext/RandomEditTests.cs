using System.Diagnostics;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Random edits of every kind of ext file system: read back by us, and judged by e2fsck and, at length, by the kernel.</summary>
public sealed class RandomEditTests(ITestOutputHelper output)
{
    private const string KernelEdits = """
        cd "$1"
        i=0; while [ $i -lt 20 ] && mkdir by-the-kernel-$i; do echo $i > by-the-kernel-$i/file; i=$((i+1)); done
        rm -rf by-the-kernel-*
        """;

    private static readonly UnixTime Time = new(1_700_000_000, 123_456_789);

    public static TheoryData<string> Flavours => Flavour.Names;

    /// <summary>IMAGEPREP_EDIT_SHAPES: some of them, with commas between.</summary>
    public static TheoryData<string> ChosenFlavours => Environment.GetEnvironmentVariable("IMAGEPREP_EDIT_SHAPES") is { Length: > 0 } chosen
        ? [.. chosen.Split(',')]
        : Flavour.AllNames;

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Edits_OfEveryUsualFlavour_ReadBackAndLeaveE2fsckSilent(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck");
        using ScratchFolder scratch = new();
        Run run = new(Flavour.Of(flavour).Make(scratch), seed: 1);
        for (int round = 0; round < 2; round++)
        {
            run.Edit(80);
        }
    }

    /// <summary>The Cake target RandomEdits: IMAGEPREP_EDIT_OPERATIONS over all shapes together; IMAGEPREP_EDIT_SEED starts another walk.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(ChosenFlavours))]
    public void Edits_ManyOfEveryFlavour_AreTakenUpByTheKernel(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "debugfs", "tune2fs", "resize2fs", "python3");
        const int rounds = 4;
        int operations = Setting("IMAGEPREP_EDIT_OPERATIONS", 20_000);
        int steps = (operations + (Flavour.All.Count * rounds) - 1) / (Flavour.All.Count * rounds);
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        Run run = new(path, Setting("IMAGEPREP_EDIT_SEED", 1000));
        Stopwatch watch = Stopwatch.StartNew();
        for (int round = 0; round < rounds; round++)
        {
            run.Edit(steps);
            if (round % 2 == 1)
            {
                run.LetTheKernelEdit();
            }
        }

        output.WriteLine(
            $"{flavour}: {rounds * steps} operations, {run.Refused} refused for room, {run.Names} names, {run.KernelMounts} kernel mounts, {watch.Elapsed.TotalSeconds:0.0} s");
    }

    private static int Setting(string name, int otherwise) => int.Parse(Environment.GetEnvironmentVariable(name) ?? $"{otherwise}");

    /// <summary>One image and its model, edited in turns by us and by the kernel.</summary>
    private sealed class Run(string path, int seed)
    {
        private RandomEdits? _edits;

        public int Refused => _edits!.Refused;

        public int Names => _edits!.Model.Everything().Count();

        public int KernelMounts { get; private set; }

        public void Edit(int steps)
        {
            using FileDevice device = new(path);
            IFileSystem files = ExtFileSystem.OpenForEditing(device, Time);
            _edits ??= new RandomEdits(files, seed);
            _edits.GoOnWith(files);
            _edits.Model.ShouldEqual(files);
            _edits.Run(steps);
            _edits.Model.ShouldEqual(files);
            files.Flush();
            _edits.Model.ShouldEqual(ExtFileSystem.OpenForReading(device));
            ExtCheck.Verify(device).ShouldBeEmpty();
            E2fsck.ShouldBeSilent(path);
        }

        public void LetTheKernelEdit()
        {
            string ours;
            using (FileDevice device = new(path))
            {
                IFileSystemReader files = ExtFileSystem.OpenForReading(device);
                if (files.Summary.BlockSize > Environment.SystemPageSize)
                {
                    return;
                }

                ours = TreeListing.Of(files);
            }

            using (KernelMount mount = new(path))
            {
                TreeListing.OfFolder(mount.Folder).ShouldBe(ours);
                OutsideTool.Run("sh", "-c", KernelEdits, "sh", mount.Folder).EnsureSuccess("editing through the kernel");
                KernelMounts++;
            }

            E2fsck.ShouldBeSilent(path);
        }
    }
}
