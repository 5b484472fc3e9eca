namespace ImagePrep.Randomness.Seeds;

/// <summary>The secrets of a whole batch that passed every test, and the report on them. Disposing wipes the secrets.</summary>
public sealed class SeedBatch : IDisposable
{
    internal SeedBatch(IReadOnlyList<NodeSecrets> nodes, SeedTestReport report)
    {
        Nodes = nodes;
        Report = report;
    }

    /// <summary>In the order of the names that were given.</summary>
    public IReadOnlyList<NodeSecrets> Nodes { get; }

    public SeedTestReport Report { get; }

    public void Dispose()
    {
        foreach (NodeSecrets node in Nodes)
        {
            node.Dispose();
        }
    }
}
