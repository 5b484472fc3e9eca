using System.Text;
using System.Text.Json.Nodes;
using ImagePrep.Errors;
using ImagePrep.Golden;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Nodes;
using ImagePrep.Recipes;
using ImagePrep.Reports;
using ImagePrep.Steps;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Recipes are written by people; every mistake is a problem in a list, never a crash.</summary>
internal sealed class RecipeTarget() : FuzzTarget("recipe")
{
    public override void Execute(Memory<byte> input) => RecipeReader.Read(Encoding.UTF8.GetString(input.Span), "fuzz");

    public override bool IsDocumented(Exception exception) => exception is RecipeException;

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        .. Directory.EnumerateFiles(TestKit.Repository.File("recipes"), "*.yaml").Order(StringComparer.Ordinal).Select(path => Seed.Whole(File.ReadAllBytes(path))),
        Seed.Whole("name: &x a\nguest: {id: debian, versions: [\"12\", '13']}\nsteps: {\"repartition\": !!map {boundary: 64KiB}}\n"u8.ToArray()),
    ];
}

internal sealed class NodeListTarget() : FuzzTarget("node-list")
{
    public override void Execute(Memory<byte> input) => NodeList.Parse(Encoding.UTF8.GetString(input.Span), "fuzz");

    public override bool IsDocumented(Exception exception) => exception is RecipeException;

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        Seed.Whole("name,mac,uuid,machine-id,site-rack\nweb-1,52:54:00:12:34:56;52:54:00:12:34:57,7c9e6679-7425-40de-944b-e07fc1f90ae7,0123456789abcdef0123456789abcdef,r 1\nweb-2,,,,\n"u8.ToArray()),
        Seed.Whole("# comment\nname\na\nb.example.org\n"u8.ToArray()),
    ];
}

/// <summary>golden.json goes back into the program when nodes are stamped later, perhaps from elsewhere.</summary>
internal sealed class GoldenDocumentTarget() : FuzzTarget("golden-json")
{
    public override void Execute(Memory<byte> input)
    {
        GoldenDocument document = GoldenDocumentReader.Read(Encoding.UTF8.GetString(input.Span), "fuzz");
        if (document.Slots.Any(slot => slot.Ranges.Sum(range => range.Length) != SlotNames.Lengths[slot.Name]))
        {
            throw new BrokenPromiseException("a slot without its bytes was accepted");
        }

        // Changes of bytes hardly ever make a null of a whole item.
        foreach (string mutant in WithAnItemNull(JsonText.Write(document)))
        {
            if (Survives(() => GoldenDocumentReader.Read(mutant, "fuzz")))
            {
                throw new BrokenPromiseException("a list with a null was accepted");
            }
        }
    }

    public override bool IsDocumented(Exception exception) => exception is RecipeException;

    private static IEnumerable<string> WithAnItemNull(string text)
    {
        JsonNode document = JsonNode.Parse(text)!;
        foreach (JsonArray list in Lists(document))
        {
            for (int i = 0; i < list.Count; i++)
            {
                JsonNode? item = list[i];
                list[i] = null;
                yield return document.ToJsonString();
                list[i] = item;
            }
        }
    }

    private static IReadOnlyList<JsonArray> Lists(JsonNode? node) => node switch
    {
        JsonArray list => [list, .. list.SelectMany(Lists)],
        JsonObject fields => [.. fields.SelectMany(field => Lists(field.Value))],
        _ => [],
    };

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        TableDescription table = new("gpt", 512, 1 << 30, [new PartitionDescription(1, "83", "Linux", 2048, 4096, true, "ext4", "")]);
        GoldenDocument document = new()
        {
            Schema = GoldenDocument.CurrentSchema,
            Tool = new ToolDescription("imageprep", "0.1.0"),
            Base = new BaseDescription("vmdk", 1, 2, new string('a', 64), "qemu-img version 7.2", [new BackingDescription("raw", 3, new string('f', 64))]),
            Recipe = new RecipeDescription("debian-12", new string('b', 64)),
            Guest = new GuestDescription("debian", "12", "Debian", "systemd", 252),
            WriteTime = 1_700_000_000,
            TableBefore = table,
            TableAfter = table,
            Steps = [new StepDescription("reset-identity", "changed", "", [new ChangeDescription("/etc/machine-id", "written")], [new SectorPatch(1, 92, "x", 63, 2048)])],
            DeviceOrder = [new DeviceOrderReference("/etc/fstab", 1, "/dev/sda1", "x")],
            RemovedSecrets = [new RemovedSecret("/etc/ssh/key", "ssh", new string('c', 64))],
            Slots = [new SlotDescription("seed", "/var/seed", 512, [new RangeDescription(4096, 512)], new string('d', 64))],
            Golden = new GoldenFileDescription("golden.qcow2", "qcow2", 1 << 30, new string('e', 64)),
        };
        return [Seed.Whole(Encoding.UTF8.GetBytes(JsonText.Write(document)))];
    }
}
