using System.Text.Json;
using ImagePrep.Errors;
using ImagePrep.Reports;

namespace ImagePrep.Golden;

/// <summary>Reads golden.json, which may come from anywhere, and refuses what nodes cannot be stamped by. All problems are reported at once.</summary>
public static class GoldenDocumentReader
{
    private const int MaxRanges = 64;

    /// <summary>As many as anybody reads; a file that is something else altogether may have thousands.</summary>
    private const int MaxNulls = 20;

    /// <exception cref="RecipeException">Not a golden.json of this program, with all that is wrong.</exception>
    public static GoldenDocument Read(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        GoldenDocument document = Parse(text, source);
        List<RecipeProblem> problems = [.. Problems(document)];
        return problems.Count == 0 ? document : throw new RecipeException(source, problems);
    }

    private static GoldenDocument Parse(string text, string source)
    {
        try
        {
            GoldenDocument document = JsonText.ReadGolden(text);
            using JsonDocument json = JsonDocument.Parse(text);
            RecipeProblem[] nulls = [.. Nulls(json.RootElement, "").Take(MaxNulls).Select(where => new RecipeProblem(where, 0, "is null; golden.json holds no null"))];
            return nulls.Length == 0 ? document : throw new RecipeException(source, nulls);
        }
        catch (JsonException exception)
        {
            throw new RecipeException(source, [new RecipeProblem("document", 0, $"is not a golden.json of this program: {exception.Message}")]);
        }
    }

    /// <summary>Paths of all nulls. The serializer refuses them where a field is not nullable, but not among the items of a list.</summary>
    private static IEnumerable<string> Nulls(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Null => [path],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(field => Nulls(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Nulls(item, $"{path}[{index}]")),
        _ => [],
    };

    private static IEnumerable<RecipeProblem> Problems(GoldenDocument document)
    {
        if (document.Schema != GoldenDocument.CurrentSchema)
        {
            // What the other fields mean is not known then.
            return [new RecipeProblem("schema", 0, $"is {document.Schema}; this program reads {GoldenDocument.CurrentSchema}")];
        }

        List<RecipeProblem> problems = [];
        string file = document.Golden.File;
        Check(problems, "golden.file", file.Length > 0 && file == Path.GetFileName(file), "is a file name without a folder");
        Check(problems, "golden.format", document.Golden.Format == "qcow2", $"is '{document.Golden.Format}'; golden images are qcow2");
        Check(problems, "golden.virtualBytes", document.Golden.VirtualBytes > 0, "is the length of a disk");
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < document.Slots.Count; i++)
        {
            SlotDescription slot = document.Slots[i];
            Check(problems, $"slots[{i}].name", names.Add(slot.Name), $"'{slot.Name}' is there twice");
            CheckSlot(problems, $"slots[{i}]", slot, document.Golden.VirtualBytes);
        }

        CheckOverlap(problems, document.Slots);
        return problems;
    }

    private static void CheckSlot(List<RecipeProblem> problems, string where, SlotDescription slot, long diskBytes)
    {
        if (!SlotNames.Lengths.TryGetValue(slot.Name, out int length))
        {
            problems.Add(new RecipeProblem($"{where}.name", 0, $"'{slot.Name}' is not a slot; there are {string.Join(", ", SlotNames.Lengths.Keys)}"));
            return;
        }

        Check(problems, $"{where}.length", slot.Length == length, $"is {slot.Length}; the slot {slot.Name} has {length} bytes");
        Check(
            problems,
            $"{where}.ranges",
            slot.Ranges.Count <= MaxRanges
                && slot.Ranges.All(range => range.Start >= 0 && range.Length > 0 && range.Length <= length && range.Start <= diskBytes - range.Length)
                && slot.Ranges.Sum(range => range.Length) == length,
            $"are no places on the disk for the {length} bytes of the slot {slot.Name}");
    }

    /// <summary>Two slots in one place would be stamped over each other.</summary>
    private static void CheckOverlap(List<RecipeProblem> problems, IReadOnlyList<SlotDescription> slots)
    {
        if (problems.Count > 0)
        {
            return;
        }

        RangeDescription[] ranges = [.. slots.SelectMany(slot => slot.Ranges).OrderBy(range => range.Start)];
        Check(problems, "slots", ranges.Zip(ranges.Skip(1)).All(pair => pair.First.Start + pair.First.Length <= pair.Second.Start), "overlap on the disk");
    }

    private static void Check(List<RecipeProblem> problems, string where, bool good, string problem)
    {
        if (!good)
        {
            problems.Add(new RecipeProblem(where, 0, problem));
        }
    }
}
