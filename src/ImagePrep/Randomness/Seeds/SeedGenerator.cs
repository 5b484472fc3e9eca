using System.Security.Cryptography;
using ImagePrep.Randomness.Batteries;
using ImagePrep.Randomness.Drbg;
using ImagePrep.Randomness.Fleet;
using ImagePrep.Randomness.Sources;

namespace ImagePrep.Randomness.Seeds;

/// <summary>
/// Makes the secrets of a batch of nodes. Every node has a generator of its own, seeded with bytes read from every source for that node alone;
/// every seed is tested before it is handed out, and the batch as a whole before any of it is.
/// </summary>
/// <remarks>
/// A draw is a block of 2,500 bytes. The battery runs on the block, exact bounds on the seed that is cut from it, and the rest is wiped. Machine
/// id and nonce are drawn afterwards and are never part of what was tested. docs/decisions/0003-seeds.md says why.
/// </remarks>
public sealed class SeedGenerator
{
    private static readonly BatteryLimits BlockLimits = BatteryLimits.Fips140ChangeNotice1;
    private static readonly BatteryLimits SeedLimits = BatteryLimits.Seed4096;

    private readonly SeedGeneratorOptions _options;
    private readonly RedrawPolicy _policy;
    private readonly EntropyInputs _inputs;
    private readonly Func<string, IRandomStream> _streamFor;

    /// <exception cref="RandomnessException">The self-test of the random bit generator failed.</exception>
    public SeedGenerator(SeedGeneratorOptions options)
        : this(options, null, null, null)
    {
    }

    /// <param name="options">What the batch is.</param>
    /// <param name="systemSources">Stands in for the operating system's sources in tests.</param>
    /// <param name="streamFor">Stands in for the generators in tests: broken ones show only there, because conditioned output always looks good.</param>
    /// <param name="selfTest">Stands in for the self-test in tests.</param>
    internal SeedGenerator(
        SeedGeneratorOptions options,
        IReadOnlyList<IEntropySource>? systemSources,
        Func<string, IRandomStream>? streamFor,
        DrbgSelfTest? selfTest)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Nodes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.GoldenDigest.Length, SHA256.HashSizeInBytes, nameof(options));
        DrbgSelfTest gate = selfTest ?? DrbgSelfTest.Shared;
        gate.EnsurePassed();
        _options = options;
        _policy = new RedrawPolicy(options.Nodes, options.OnRedraw);
        _inputs = new EntropyInputs([.. systemSources ?? EntropyInputs.OfTheSystem(), .. options.ExtraSources], HostIdentity.Read(), options.Clock);
        _streamFor = streamFor ?? (node => _inputs.CreateDrbg(options.GoldenDigest.Span, node, gate));
    }

    /// <summary>Makes the secrets of all nodes of the batch and tests them as a fleet.</summary>
    /// <param name="nodeNames">As many distinct names as <see cref="SeedGeneratorOptions.Nodes"/>.</param>
    /// <exception cref="RandomnessException">A source, a draw or the fleet failed. Nothing is handed out.</exception>
    public SeedBatch GenerateBatch(IReadOnlyList<string> nodeNames)
    {
        ArgumentNullException.ThrowIfNull(nodeNames);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nodeNames.Count, _options.Nodes, nameof(nodeNames));
        List<NodeSecrets> nodes = new(nodeNames.Count);
        List<NodeSeedVerdict> verdicts = new(nodeNames.Count);
        try
        {
            foreach (string name in nodeNames)
            {
                nodes.Add(Generate(name, out bool redrawn));
                verdicts.Add(new NodeSeedVerdict(name, Passed: true, redrawn));
            }

            SeedTestReport report = new(
                SeedDrbg.Description, _inputs.SourceNames, BlockLimits.Name, SeedLimits.Name, verdicts, TestFleet(nodeNames, nodes))
            {
                SourceDescriptions = _inputs.SourceDescriptions,
            };
            return report.Passed ? new SeedBatch(nodes, report) : throw FleetFailed(report);
        }
        catch
        {
            nodes.ForEach(node => node.Dispose());
            throw;
        }
    }

    private NodeSecrets Generate(string nodeName, out bool redrawn)
    {
        NodeSecrets secrets = new(nodeName);
        byte[] block = GC.AllocateUninitializedArray<byte>(BlockLimits.SampleBytes, pinned: true);
        try
        {
            using IRandomStream stream = _streamFor(nodeName);
            redrawn = DrawGoodBlock(stream, block, nodeName);
            secrets.SetSeed(block.AsSpan(0, NodeSecrets.SeedBytes));
            stream.Fill(secrets.Identity);
            secrets.MarkMachineIdAsVersion4();
            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(block);
        }
    }

    /// <summary>Draws until a block passes, twice at most. Returns whether the first had to be discarded.</summary>
    private bool DrawGoodBlock(IRandomStream stream, Span<byte> block, string nodeName)
    {
        for (bool second = false; ; second = true)
        {
            stream.Fill(block);
            BlockTests onBlock = BlockScanner.Failures(block, BlockLimits);
            onBlock |= BlockScanner.HasRepeatedWord(block) ? BlockTests.Continuous : BlockTests.None;
            BlockTests onSeed = BlockScanner.Failures(block[..NodeSecrets.SeedBytes], SeedLimits);
            if (onBlock == BlockTests.None && onSeed == BlockTests.None)
            {
                return second;
            }

            if (second)
            {
                throw RedrawPolicy.TwoInARow(nodeName, onBlock, onSeed);
            }

            _policy.Redraw(nodeName, onBlock, onSeed);
        }
    }

    private IReadOnlyList<FleetVerdict> TestFleet(IReadOnlyList<string> names, List<NodeSecrets> nodes)
    {
        using FleetSeeds seeds = new(names, NodeSecrets.SeedBytes);
        for (int i = 0; i < nodes.Count; i++)
        {
            seeds.Set(i, nodes[i].Seed);
        }

        return FleetTests.Run(seeds, FleetTests.Standard.Concat(_options.ExtraFleetTests));
    }

    private static RandomnessException FleetFailed(SeedTestReport report) => new(
        $"The seeds of this batch failed the tests across nodes: {string.Join("; ", report.Fleet.Where(test => !test.Passed).Select(test => test.Finding))}. "
        + "Nothing was issued. The random bit generator of this machine is broken or was restored from a snapshot: check it, then start again.");
}
