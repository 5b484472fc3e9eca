namespace ImagePrep.Steps;

/// <summary>All steps, in the order in which the pipeline runs them.</summary>
public static class StepCatalog
{
    public static IReadOnlyList<IStep> All { get; } =
    [
        new Repartition.RepartitionStep(),
        new ResetIdentity.ResetIdentityStep(),
        new RemoveKeygen.RemoveKeygenStep(),
        new AddNodeEntropy.AddNodeEntropyStep(),
    ];
}
