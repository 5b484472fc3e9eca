using ImagePrep.Randomness.Drbg;

namespace ImagePrep.Tests.Randomness.Drbg;

/// <summary>Reads the response files of NIST's validation program under tests/Fixtures/cavp.</summary>
internal static class CavpFile
{
    public static List<DrbgKnownAnswer> Read(string name)
    {
        List<DrbgKnownAnswer> answers = [];
        int group = 0;
        Dictionary<string, string> fields = [];
        foreach (string line in File.ReadLines(Path.Combine(Folder(), name)))
        {
            group += line.StartsWith("[SHA-512]", StringComparison.Ordinal) ? 1 : 0;
            string[] parts = line.Split(" =", 2);
            if (parts.Length != 2 || line.StartsWith('[') || line.StartsWith('#'))
            {
                continue;
            }

            // The two additional inputs have the same field name; they are told apart by their order.
            string field = parts[0] == "AdditionalInput" && fields.ContainsKey(parts[0]) ? "AdditionalInput2" : parts[0];
            fields[field] = parts[1].Trim();
            if (field == "ReturnedBits")
            {
                answers.Add(new DrbgKnownAnswer(
                    $"group {group}, COUNT = {fields["COUNT"]}",
                    fields["EntropyInput"],
                    fields["Nonce"],
                    fields["PersonalizationString"],
                    fields.GetValueOrDefault("EntropyInputReseed"),
                    fields.GetValueOrDefault("AdditionalInputReseed", ""),
                    fields["AdditionalInput"],
                    fields["AdditionalInput2"],
                    fields["ReturnedBits"]));
                fields.Clear();
            }
        }

        return answers;
    }

    private static string Folder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ImagePrep.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new DirectoryNotFoundException("The tests run outside the repository."), "tests", "Fixtures", "cavp");
    }
}
