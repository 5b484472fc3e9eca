using ImagePrep.Catalog;
using ImagePrep.Errors;
using ImagePrep.Guests;
using ImagePrep.Recipes;
using ImagePrep.Steps;
using ImagePrep.Tests.Catalog.Families;

namespace ImagePrep.Tests.Steps;

/// <summary>What options of add-node-entropy mean to guests with other inits.</summary>
public sealed class AddNodeEntropyFamilyTests
{
    private const string OnCommand = "{ when: command, seed-credit: true, rsa-bits: 4096 }";

    private const string SshScript = "/etc/rc.d/init.d/sshd";

    [Theory]
    [InlineData("debian-12")]
    [InlineData("debian-12-sysvinit")]
    [InlineData("alpine")]
    [InlineData("rhel-6")]
    public void OtherOptionsThanBefore_LeaveTheTreeOfTheseAlone(string family)
    {
        const string later = "{ when: service-start, seed-credit: false }";
        FamilyTree tree = new(family);
        FamilyTree fresh = new(family);
        Prepare(tree, OnCommand);
        Prepare(fresh, later);

        Prepare(tree, later)[^1].Result.ShouldBe(StepResult.Changed);

        tree.Dump().ShouldBe(fresh.Dump());
        Prepare(tree, later).ShouldAllBe(outcome => outcome.Result == StepResult.AlreadyDone);
        Prepare(tree, later).ShouldAllBe(outcome => outcome.Result == StepResult.AlreadyDone);
    }

    /// <summary>The other place of the seed may hold what somebody else put there.</summary>
    [Fact]
    public void SlotOfAnotherPlace_IsLeftAlone()
    {
        FamilyTree tree = new("alpine");
        Put(tree, "/var/lib/misc/random-seed", "somebody else's");

        Prepare(tree, "{}", reset: "");

        tree.Dump().ShouldContain("/var/lib/misc/random-seed 0755 0:0 somebody else's");
    }

    [Theory]
    [InlineData("buildroot", "busybox")]
    [InlineData("openwrt", "openwrt")]
    public void KeysOnCommand_ServersMakeKeysBefore_IsRefusedWithWhatToDo(string family, string init)
    {
        string message = Should.Throw<StepException>(() => Prepare(new FamilyTree(family), OnCommand)).Message;

        message.ShouldContain($"when: command is in vain where keys are made without it, here by the SSH servers of guests with {init}");
        message.ShouldEndWith("Leave it out, or say when: service-start.");
    }

    [Theory]
    [InlineData("KEYGEN=/usr/bin/ssh-keygen\n", true)]
    [InlineData("KEYGEN=/usr/bin/ssh-keygen\n[ \"x${AUTOCREATE_SERVER_KEYS}\" != xNO ] && do_rsa_keygen\n", false)]
    [InlineData("exec sshd\n", false)]
    public void KeysOnCommand_RedHatScriptThatMakesKeys_IsRefused(string script, bool isRefused)
    {
        FamilyTree tree = new("rhel-6");
        Put(tree, SshScript, script);

        if (isRefused)
        {
            Should.Throw<StepException>(() => Prepare(tree, OnCommand)).Message.ShouldContain(SshScript);
        }
        else
        {
            Prepare(tree, OnCommand)[^1].Result.ShouldBe(StepResult.Changed);
        }
    }

    private static void Put(FamilyTree tree, string path, string content) => new GuestEditor(tree.Mounts).PutFile(path, content, 0b111_101_101);

    private static StepOutcome[] Prepare(FamilyTree tree, string options, string reset = "reset-identity: {}, ")
    {
        Recipe recipe = RecipeReader.Read($"name: test\nsteps: {{ {reset}remove-keygen: {{}}, add-node-entropy: {options} }}", "test");
        GuestEditor files = new(tree.Mounts);
        GuestStepContext context = new(files, GuestFinder.Describe(files), GuestCatalog.BuiltIn);
        return [.. recipe.Steps.Select(step => ((IGuestStep)step.Step).Apply(context, step.Options))];
    }
}
