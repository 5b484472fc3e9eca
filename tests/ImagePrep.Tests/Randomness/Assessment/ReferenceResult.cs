using System.Globalization;
using System.Text.RegularExpressions;
using ImagePrep.Randomness.Assessment;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>What NIST's <c>ea_non_iid -vv</c> printed of some samples, and comparing with it.</summary>
internal static partial class ReferenceResult
{
    /// <summary>What NIST's own self-test allows.</summary>
    public const double Tolerance = 1e-6;

    private static readonly Dictionary<string, string> Estimators = new()
    {
        ["Most Common Value Estimate"] = "mostCommonValue",
        ["Collision Estimate"] = "collision",
        ["Markov Estimate"] = "markov",
        ["Compression Estimate"] = "compression",
        ["t-Tuple Estimate"] = "tTuple",
        ["LRS Estimate"] = "longestRepeatedSubstring",
        ["MultiMCW Prediction Estimate"] = "multiMcw",
        ["Lag Prediction Estimate"] = "lag",
        ["MultiMMC Prediction Estimate"] = "multiMmc",
        ["LZ78Y Prediction Estimate"] = "lz78y",
    };

    private static readonly Dictionary<string, string> Values = new()
    {
        ["Mode count"] = "mode",
        ["p-hat"] = "pHat",
        ["p-hat_max"] = "pHat",
        ["p_u"] = "pUpper",
        ["v"] = "v",
        ["u"] = "u",
        ["t"] = "t",
        ["X-bar"] = "mean",
        ["sigma-hat"] = "deviation",
        ["X-bar'"] = "meanLower",
        ["p"] = "p",
        ["P_0"] = "p0",
        ["P_1"] = "p1",
        ["P_{0,0}"] = "p00",
        ["P_{0,1}"] = "p01",
        ["P_{1,0}"] = "p10",
        ["P_{1,1}"] = "p11",
        ["C"] = "correct",
        ["r"] = "run",
        ["N"] = "predictions",
        ["P_global"] = "pGlobal",
        ["P_global'"] = "pGlobalUpper",
        ["P_local"] = "pLocal",
    };

    public static string File(string name) => Repository.File("tests", "Fixtures", "sp800-90b", name + ".res");

    /// <summary>Every number that the program printed must be ours, and we must have run what it ran.</summary>
    /// <returns>How many numbers were compared.</returns>
    public static int Check(string printed, EntropyAssessment assessment)
    {
        int compared = 0;
        HashSet<(string, bool)> seen = [];
        foreach (Match line in NumberLine().Matches(printed))
        {
            string id = Estimators[line.Groups["estimator"].Value];
            bool isBitstring = line.Groups["side"].Value == "Bitstring";
            EstimatorResult result = assessment.Estimators.Single(estimator => estimator.Id == id);
            Estimate estimate = (isBitstring ? result.Bitstring : result.Original).ShouldNotBeNull($"{line.Value}");
            double expected = double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture);
            string name = line.Groups["name"].Value;
            seen.Add((id, isBitstring));
            if (name == "min entropy")
            {
                estimate.Entropy.ShouldNotBeNull().ShouldBe(expected, Tolerance, line.Value);
                compared++;
            }
            else if (Own(id, name) is { } own)
            {
                estimate.Values.Keys.ShouldContain(own, line.Value);
                estimate.Values[own].ShouldBe(expected, Tolerance, line.Value);
                compared++;
            }
        }

        foreach (EstimatorResult result in assessment.Estimators)
        {
            (result.Original?.Entropy is not null).ShouldBe(seen.Contains((result.Id, false)), result.Id);
            (result.Bitstring?.Entropy is not null).ShouldBe(seen.Contains((result.Id, true)), result.Id + " of bits");
        }

        Final(printed, "H_original").ShouldNotBeNull().ShouldBe(assessment.OriginalEntropy, Tolerance);
        Final(printed, "Assessed min entropy").ShouldNotBeNull().ShouldBe(assessment.AssessedEntropy, Tolerance);
        (Final(printed, "H_bitstring") is null).ShouldBe(assessment.BitstringEntropy is null);
        (Final(printed, "H_bitstring") ?? 0).ShouldBe(assessment.BitstringEntropy ?? 0, Tolerance);
        return compared;
    }

    private static string? Own(string estimator, string name) => (estimator, name) switch
    {
        ("collision", "v") => "collisions",
        ("collision", "Sum t_i") => null, // The mean says it.
        ("markov", "p-hat_max") => "pMax",
        _ => Values[name],
    };

    private static double? Final(string printed, string name) =>
        FinalLine().Matches(printed).FirstOrDefault(match => match.Groups["name"].Value == name) is { } line ? double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"^(?<side>Literal|Bitstring) (?<estimator>[^:]+): (Found )?(?<name>[^=\n]+?) = (?<value>[-+0-9.e]+)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NumberLine();

    [GeneratedRegex(@"^(?<name>H_original|H_bitstring|Assessed min entropy)(:| =) (?<value>[-+0-9.e]+)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FinalLine();
}
