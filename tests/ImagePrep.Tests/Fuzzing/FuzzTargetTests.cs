using ImagePrep.Fuzz;

namespace ImagePrep.Tests.Fuzzing;

/// <summary>Every fuzz target, briefly. The long run is the Fuzz target of the build.</summary>
public sealed class FuzzTargetTests
{
    private const int Executions = 2000;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_Mutants_OnlyDocumentedExceptionsWithinLimits(string name)
    {
        FuzzTarget target = FuzzTargets.Of(name);

        FuzzResult result = FuzzRun.Run(target, Executions);

        result.Findings.Select(finding => $"execution {finding.Execution}: {finding.What}").ShouldBeEmpty();

        // Both must happen, or the mutants test nothing.
        result.Accepted.ShouldBeInRange(1, target.RefusesMutants ? result.Executions - 1 : result.Executions);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_AsTheyAre_AreAccepted(string name)
    {
        FuzzTarget target = FuzzTargets.Of(name);

        foreach (Seed seed in target.Seeds)
        {
            FuzzRun.Judge(target, seed.Bytes).Accepted.ShouldBeTrue();
        }
    }

    [Fact]
    public void Run_Twice_GivesTheSame()
    {
        FuzzTarget target = FuzzTargets.Of("mbr");

        FuzzRun.Run(target, 500).Accepted.ShouldBe(FuzzRun.Run(target, 500).Accepted);
    }

    [Fact]
    public void Judge_UndocumentedExceptionAndBrokenPromise_AreFindings()
    {
        FuzzRun.Judge(new Broken(), new byte[] { 1 }).Kind.ShouldNotBeNull().ShouldContain(nameof(FormatException));
        FuzzRun.Judge(new Broken(), new byte[] { 2 }).Kind.ShouldBe("promise");
        FuzzRun.Judge(new Broken(), new byte[] { 3 }).Kind.ShouldBe("memory");
        FuzzRun.Judge(new Broken(), new byte[] { 4 }).ShouldBe((false, null, null));
        FuzzRun.Judge(new Broken(), new byte[] { 5 }).ShouldBe((true, null, null));
    }

    private sealed class Broken() : FuzzTarget("broken")
    {
        public override void Execute(Memory<byte> input)
        {
            switch (input.Span[0])
            {
                case 1:
                    throw new FormatException("not documented");
                case 2:
                    throw new BrokenPromiseException("promise");
                case 3:
                    GC.KeepAlive(new byte[FuzzRun.MaxAllocated]);
                    break;
                case 4:
                    throw new IOException("documented");
                default:
                    break;
            }
        }

        protected override IReadOnlyList<Seed> MakeSeeds() => [Seed.Whole([5])];
    }
}
