using System.Security.Cryptography;
using ImagePrep.Randomness.Assessment;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>Every estimate and intermediate value against NIST's program.</summary>
public sealed class ReferenceValueTests
{
    public static TheoryData<string> Kinds => [.. NoiseKinds.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Assess_AnySource_GivesTheValuesOfTheReference(string kind)
    {
        EntropyAssessment assessment = EntropyAssessor.Assess(NoiseSamples.Of(NoiseKinds.All[kind]()));

        ReferenceResult.Check(File.ReadAllText(ReferenceResult.File(kind)), assessment).ShouldBeGreaterThan(30);
    }

    [Fact(Explicit = true)]
    public void Assess_AMillionBytes_GivesTheValuesOfTheReference()
    {
        EntropyAssessment assessment = EntropyAssessor.Assess(NoiseSamples.Of(NoiseKinds.Ideal(1_000_000, 8)));

        ReferenceResult.Check(File.ReadAllText(ReferenceResult.File("ideal-8bit-million")), assessment).ShouldBeGreaterThan(80);
        assessment.Sufficient.ShouldBeTrue();
        assessment.Passed.ShouldBeTrue();
    }

    [Fact]
    public void Assess_DataOfTheReferenceItself_GivesItsPublishedValues()
    {
        byte[] samples = ReferencePi.Samples();
        Convert.ToHexStringLower(SHA256.HashData(samples)).ShouldStartWith("d9a7de4e1f17");

        EntropyAssessment assessment = EntropyAssessor.Assess(NoiseSamples.Of(samples));

        ReferenceResult.Check(File.ReadAllText(ReferenceResult.File("data.pi")), assessment).ShouldBeGreaterThan(40);
        assessment.AssessedEntropy.ShouldBe(0.56953759, 1e-8);
    }

    /// <summary>The fixtures are what the program prints: asked where it is installed.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public void Fixtures_AreWhatTheReferencePrints(string kind)
    {
        OutsideTool.Require("ea_non_iid");
        using ScratchFolder scratch = new();
        File.WriteAllBytes(scratch.File("samples"), NoiseKinds.All[kind]());

        ToolResult tool = OutsideTool.Run("ea_non_iid", ["-v", "-v", scratch.File("samples")]).EnsureSuccess("ea_non_iid");

        string printed = string.Concat(tool.Output.Split('\n').Where(line => !line.StartsWith("Opening file", StringComparison.Ordinal) && line.Length > 0).Select(line => line + "\n"));
        string path = ReferenceResult.File(kind);
        if (!File.Exists(path) || File.ReadAllText(path) != printed)
        {
            string actual = Path.Combine(AppContext.BaseDirectory, Path.GetFileName(path));
            File.WriteAllText(actual, printed);
            Assert.Fail($"{path} is not what ea_non_iid prints: that is in {actual}.");
        }
    }
}
