using ImagePrep.Errors;
using ImagePrep.Recipes;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Recipes;

public sealed class RecipeReaderTests
{
    private const string Good = """
        name: test
        guest:
          id: debian
          versions: ["12"]
        steps:
          add-node-entropy: { when: command }
          repartition: { boundary: 64KiB }
        """;

    [Fact]
    public void Read_GoodRecipe_HasStepsInPipelineOrderAndDefaults()
    {
        Recipe recipe = RecipeReader.Read(Good, "test");

        recipe.Steps.Select(step => step.Step.Name).ShouldBe(["repartition", "add-node-entropy"]);
        recipe.Step("repartition")!.Options.Size("boundary").ShouldBe(65_536);
        recipe.Step("add-node-entropy")!.Options.Choice("when").ShouldBe("command");
        recipe.Guest.Versions.ShouldBe(["12"]);
        recipe.Digest.Length.ShouldBe(64);
    }

    [Fact]
    public void Read_ThreeMistakes_ReportsAllWithLines()
    {
        string text = """
            name: test
            colour: red
            steps:
              repartition: { boundary: 1000 }
              shrink: {}
            """;

        RecipeException exception = Should.Throw<RecipeException>(() => RecipeReader.Read(text, "bad.yaml"));

        exception.Problems.Select(problem => (problem.Where, problem.Line)).ShouldBe(
            [("colour", 2), ("steps.repartition.boundary", 4), ("steps.shrink", 5)], ignoreOrder: true);
        exception.Message.ShouldContain("bad.yaml has 3 problems");
        exception.Message.ShouldContain("not a multiple of 4 KiB");
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Read_DeeplyNested_IsAProblemAndNoStackOverflow(char bracket) =>
        Should.Throw<RecipeException>(() => RecipeReader.Read("a: " + new string(bracket, 200_000), "test")).Problems.Count.ShouldBe(1);

    [Theory]
    [InlineData("", "one YAML document")]
    [InlineData("- a", "one YAML mapping")]
    [InlineData("a: [", "is not YAML")]
    [InlineData("name: x\nsteps:\n  reset-identity: {x\n  remove-keygen: {}\n  add-node-entropy: {}\n", "is not YAML")]
    [InlineData("name: x\nsteps:\n  repartition: {}\n  remove-ke{}, repartition: !!map {boundaryM", "is not YAML")]
    [InlineData("name: &a x\nsummary: *a\nsteps: { repartition: {} }", "alias")]
    [InlineData("? &a { b: *a }\n: c\nname: x", "alias")]
    [InlineData("name: x\nsteps: {}", "at least one step")]
    [InlineData("name: x\nsteps: 5", "at least one step")]
    [InlineData("steps: { repartition: {} }", "name")]
    [InlineData("name: x\nname: y\nsteps: { repartition: {} }", "is not YAML")]
    [InlineData("name: x\nguest: 5\nsteps: { repartition: {} }", "guest")]
    [InlineData("name: x\nsteps: { repartition: [1] }", "mapping of options")]
    [InlineData("name: x\nsteps: { repartition: { boundary: 4KB } }", "a size such as")]
    [InlineData("name: x\nsteps: { repartition: { boundary: 99999999999999999999 } }", "a size such as")]
    [InlineData("name: x\nsteps: { repartition: { boundary: 9007199254740993GiB } }", "a size such as")]
    [InlineData("name: x\nsteps: { add-node-entropy: { when: never } }", "service-start, command")]
    [InlineData("name: x\nsteps: { remove-keygen: { when: never } }", "there are none here")]
    [InlineData("name: x\nsteps: { reset-identity: { keep: [etc] }, add-node-entropy: {} }", "absolute guest paths")]
    public void Read_BadRecipe_NamesTheProblem(string text, string expected) =>
        Should.Throw<RecipeException>(() => RecipeReader.Read(text, "bad.yaml")).Message.ShouldContain(expected);

    [Fact]
    public void Read_KeysRemovedWithoutAGenerator_IsRefused() =>
        Should.Throw<RecipeException>(() => RecipeReader.Read("name: x\nsteps: { reset-identity: {} }", "bad.yaml"))
            .Message.ShouldContain("add-node-entropy");

    [Fact]
    public void Library_EveryBuiltInRecipe_IsValid()
    {
        RecipeLibrary.Names.Count.ShouldBeGreaterThan(10);
        foreach (string name in RecipeLibrary.Names)
        {
            RecipeLibrary.Load(name).Steps.Count.ShouldBe(4);
        }
    }

    [Fact]
    public void Library_UnknownName_ListsTheKnown() =>
        Should.Throw<RecipeException>(() => RecipeLibrary.Load("debian-99")).Message.ShouldContain("debian-12");

    [Fact]
    public void Schema_OnDisk_IsWhatTheStepsSay()
    {
        File.ReadAllText(Repository.File("recipes", "recipe.schema.json")).ShouldBe(RecipeSchema.Write(), "write it anew with: imageprep recipes --schema > recipes/recipe.schema.json");
    }
}
