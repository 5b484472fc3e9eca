using ImagePrep.Containers;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Pipeline;
using ImagePrep.Recipes;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Pipeline;

/// <summary>A golden image that is the base of another preparation, through all stages.</summary>
public sealed class PreparedAgainTests
{
    [Fact]
    public void Prepare_OtherOptionsThanBefore_MakesTheGuestOfTheseAlone()
    {
        OutsideTool.Require("mke2fs");
        const string later = "{ when: service-start, seed-credit: false }";
        using ScratchFolder scratch = new();
        SmallGuest.WriteTo(scratch.File("guest"));
        string image = scratch.File("base.img");
        OutsideTool.Run("mke2fs", "-q", "-t", "ext4", "-d", scratch.File("guest"), image, "16M").EnsureSuccess("mke2fs");
        (string first, GoldenDocument _) = Prepare(image, "{ when: command, seed-credit: true }", scratch.File("first"));

        (string again, GoldenDocument golden) = Prepare(first, later, scratch.File("again"));

        golden.NodeEntropy!.SeedCredited.ShouldBeFalse();
        golden.Steps[^1].Result.ShouldBe("changed");
        (string fresh, GoldenDocument _) = Prepare(image, later, scratch.File("fresh"));
        Tree(again).ShouldBe(Tree(fresh));
        (string _, GoldenDocument twice) = Prepare(again, later, scratch.File("twice"));
        twice.Steps.ShouldAllBe(step => step.Result == "alreadyDone");
    }

    private static (string Path, GoldenDocument Document) Prepare(string path, string options, string output)
    {
        Recipe recipe = RecipeReader.Read($"name: test\nsteps: {{ reset-identity: {{}}, remove-keygen: {{}}, add-node-entropy: {options} }}", "test");
        using StagingFolder folder = new(output);
        using PreparationSession session = new(
            new PrepareRequest { Recipe = recipe, BasePath = path }, folder, SilentObserver.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        session.Inspect();
        session.Repartition();
        foreach (string step in PreparationSession.GuestSteps)
        {
            session.RunStep(step);
        }

        GoldenDocument golden = session.WriteGolden();
        session.Publish();
        return (Path.Combine(output, PreparationSession.GoldenName), golden);
    }

    private static List<string> Tree(string path)
    {
        using ImageSource source = ImageSource.Open([path], DeclaredFormat.Qcow2, Path.GetTempPath(), TestContext.Current.CancellationToken);
        GuestTree tree = new(DiskLayout.Read(source.Disk).FindMounts());
        List<string> lines = [];
        Add(tree, GuestPath.Root, lines);
        return lines;
    }

    private static void Add(GuestTree tree, GuestPath folder, List<string> lines)
    {
        foreach (DirectoryEntry entry in tree.List(folder))
        {
            GuestNode node = tree.Find(folder / entry.Name, followLast: false);
            string content = node.Info.Kind == NodeKind.File ? Convert.ToHexString(GuestTree.ReadAll(node)) : "";
            lines.Add($"{node.Path} {node.Info.Kind} {node.Info.Permissions} {content}");
            if (node.Info.Kind == NodeKind.Directory)
            {
                Add(tree, node.Path, lines);
            }
        }
    }
}
