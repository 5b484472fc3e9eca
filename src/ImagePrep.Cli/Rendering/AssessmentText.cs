using ImagePrep.Randomness.Assessment;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Cli.Rendering;

/// <summary>The assessment of a noise source, for people who have not read SP 800-90B.</summary>
internal static class AssessmentText
{
    private const int NameWidth = 38;
    private const int NumberWidth = 12;

    public static void Write(TextWriter output, EntropyAssessment assessment, string name)
    {
        string values = assessment.Alphabet == 1 ? "all the same" : $"{assessment.Alphabet} different values";
        output.WriteLine($"{PrintableText.From(name)}: {assessment.Samples:N0} samples of {Bits(assessment.BitsPerSymbol)}, {values}");
        output.WriteLine();
        WriteEstimates(output, assessment);
        output.WriteLine();
        output.WriteLine($"Assessed: {assessment.AssessedEntropy:0.0000} bits of min-entropy per sample. {Reason(assessment)}");
        if (!assessment.Sufficient)
        {
            output.WriteLine(
                $"NOT PASSED: {assessment.Samples:N0} samples are fewer than the {NoiseSamples.RequiredSamples:N0} that SP 800-90B asks for, so nothing may be claimed by it.");
        }

        WriteRestart(output, assessment);
        WriteHealthTests(output, assessment);
        output.WriteLine();
        output.WriteLine("What this is worth");
        foreach (string note in Notes(assessment))
        {
            output.WriteLine($"  {note}");
        }
    }

    private static void WriteEstimates(TextWriter output, EntropyAssessment assessment)
    {
        bool hasBits = assessment.BitstringEntropy is not null;
        output.WriteLine($"{"Bits of min-entropy (SP 800-90B §6.3)",-NameWidth}{"per sample",NumberWidth}{(hasBits ? $"{"per bit",NumberWidth}" : "")}");
        foreach (EstimatorResult estimator in assessment.Estimators)
        {
            string bits = hasBits ? Number(estimator.Bitstring) : "";
            output.WriteLine($"  {$"{estimator.Clause,-8}{estimator.Name}",-NameWidth + 2}{Number(estimator.Original)}{bits}");
        }

        output.WriteLine($"  {"the least",-NameWidth + 2}{assessment.OriginalEntropy,NumberWidth:0.0000}{(hasBits ? $"{assessment.BitstringEntropy,NumberWidth:0.0000}" : "")}");
        if (hasBits)
        {
            output.WriteLine($"  {$"times {Bits(assessment.BitsPerSymbol)}",-NameWidth + 2}{"",NumberWidth}{assessment.BitsPerSymbol * assessment.BitstringEntropy,NumberWidth:0.0000}");
        }
    }

    private static string Number(Estimate? estimate) => $"{(estimate is null ? "" : estimate.Entropy is { } entropy ? $"{entropy:0.0000}" : "not run"),NumberWidth}";

    /// <summary>Which of the numbers that are compared is the least.</summary>
    private static string Reason(EntropyAssessment assessment)
    {
        double assessed = assessment.AssessedEntropy;
        return assessment.Restart is { Passed: false } ? "The restart tests failed, so none may be claimed."
            : assessment.Alphabet == 1 ? "Every sample has the same value."
            : assessed < assessment.InitialEntropy ? "The restart matrix has the least."
            : assessed == assessment.ClaimedEntropy ? "It is not more than was claimed."
            : assessed == assessment.OriginalEntropy ? $"By: {Least(assessment, estimator => estimator.Original)}."
            : $"By: {Least(assessment, estimator => estimator.Bitstring)}, on the bits.";
    }

    private static string Least(EntropyAssessment assessment, Func<EstimatorResult, Estimate?> side) =>
        assessment.Estimators.MinBy(estimator => side(estimator)?.Entropy ?? double.PositiveInfinity)!.Name;

    private static void WriteRestart(TextWriter output, EntropyAssessment assessment)
    {
        if (assessment.Restart is not { } restart)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"Restart tests (§3.1.4): {(restart.Passed ? "passed" : "FAILED")}");
        string verdict = restart.SanityPassed ? "at most" : "more than the";
        output.WriteLine($"  The most common value of a row or column comes {restart.MostCommonCount} times in 1,000, {verdict} {restart.Cutoff} that pass.");
        if (restart.SanityPassed)
        {
            string half = restart.Passed ? "at least" : "one below";
            output.WriteLine($"  Rows {restart.RowEntropy:0.0000}, columns {restart.ColumnEntropy:0.0000} bits per sample: {half} half of {assessment.InitialEntropy:0.0000}.");
        }
    }

    private static void WriteHealthTests(TextWriter output, EntropyAssessment assessment)
    {
        if (assessment.HealthTests.IsEmpty)
        {
            return;
        }

        output.WriteLine();
        int window = assessment.HealthTests[0].Window;
        output.WriteLine("Health tests for a source of that entropy (§4.4): so many are an alarm");
        output.WriteLine($"  {"with a false alarm in",-NameWidth + 2}{Row(cutoffs => $"2^{cutoffs.AlphaExponent}")}");
        output.WriteLine($"  {"repetition count: in a row",-NameWidth + 2}{Row(cutoffs => $"{cutoffs.RepetitionCount}")}");
        output.WriteLine($"  {$"adaptive proportion: of {window:N0}",-NameWidth + 2}{Row(cutoffs => cutoffs.AdaptiveProportion > window ? "none" : $"{cutoffs.AdaptiveProportion}")}");

        string Row(Func<HealthCutoffs, string> text) => string.Concat(assessment.HealthTests.Select(cutoffs => $"{text(cutoffs),NumberWidth}"));
    }

    private static IEnumerable<string> Notes(EntropyAssessment assessment)
    {
        yield return "It is an upper limit for raw samples of a noise source whose design is understood. The output of a generator (a DRBG, a hash, /dev/urandom)";
        yield return "assesses well whatever its seed is: no statistic sees that a seed was known, or used twice.";
        if (!assessment.Sufficient)
        {
            yield return "With too few samples the estimates are too low: 10,000 perfectly random bytes assess at 5.9 bits a byte.";
        }

        if (assessment.BitsInUse < assessment.BitsPerSymbol)
        {
            yield return $"No sample needs more than {Bits(assessment.BitsInUse)}, though they are said to have {assessment.BitsPerSymbol}. Was the right thing captured?";
        }

        if (assessment.Restart is null)
        {
            yield return "Nothing was seen of restarts: a source that starts alike each time needs a restart matrix to be found out (--restarts).";
        }
    }

    private static string Bits(int count) => count == 1 ? "1 bit" : $"{count} bits";
}
