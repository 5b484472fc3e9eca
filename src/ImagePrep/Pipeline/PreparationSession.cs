using ImagePrep.Containers;
using ImagePrep.Errors;
using ImagePrep.Golden;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Inspection;
using ImagePrep.Nodes;
using ImagePrep.Randomness.Sources;
using ImagePrep.Recipes;
using ImagePrep.Reports;
using ImagePrep.Steps;
using ImagePrep.Steps.Repartition;
using ImagePrep.Steps.Repartition.BootLoaders;
using ImagePrep.Storage.Disks.Output;

namespace ImagePrep.Pipeline;

/// <summary>
/// One preparation, stage by stage: base, plan, steps, golden image, nodes, report. Each stage takes what the one before it made; nothing is written
/// before <see cref="WriteGolden"/>, and nothing gets its final name before <see cref="Publish"/>.
/// </summary>
public sealed class PreparationSession : IDisposable
{
    public const string GoldenName = "golden.qcow2";
    public const string GoldenDocumentName = "golden.json";
    public const string ReportName = "report.json";

    private readonly PrepareRequest _request;
    private readonly StagingFolder? _output;
    private readonly IProgressObserver _observer;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _cancellation;
    private readonly DateTimeOffset _started;
    private readonly EntropyFiles _entropyFiles;
    private readonly BaseImage _base;
    private readonly List<(string Name, StepOutcome Outcome)> _outcomes = [];

    private RepartitionPlan? _plan;
    private GuestDisk? _disk;
    private GuestStepContext? _context;
    private GoldenDocument? _golden;
    private StampedBatch? _batch;
    private SeedTests? _seedTests;

    /// <param name="request">What is asked for.</param>
    /// <param name="output">Where it goes; null for a dry run, which writes nothing.</param>
    /// <param name="observer">Hears of phases and progress.</param>
    /// <param name="clock">For the times in the report, and as one input of the seeds.</param>
    /// <param name="cancellation">Stops the work between steps and inside long ones.</param>
    public PreparationSession(
        PrepareRequest request, StagingFolder? output, IProgressObserver observer, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
        _output = output;
        _observer = observer;
        _clock = clock;
        _cancellation = cancellation;
        _started = clock.GetUtcNow();

        // A mistyped name is found before the work, not after it.
        _entropyFiles = EntropyFiles.Open(request.Stamping.EntropyFiles, cancellation);
        _base = new BaseImage(request, output?.Path ?? Path.GetTempPath(), cancellation);
        if (output is not null)
        {
            // The guest is edited on one core; the digest takes another from the very start.
            _base.StartDigest();
        }
    }

    /// <summary>Names of the steps that edit the guest's files, in their order.</summary>
    public static IReadOnlyList<string> GuestSteps { get; } = [.. StepCatalog.All.OfType<IGuestStep>().Select(step => step.Name)];

    /// <summary>The files of the base: the one that was named, and those below it down to the one that stands alone.</summary>
    public IReadOnlyList<ImageFile> BaseFiles => _base.Files;

    /// <summary>What was done so far, step by step.</summary>
    public IReadOnlyList<(string Name, StepOutcome Outcome)> Outcomes => _outcomes;

    /// <summary>What steps so far left in the guest because no edit of an image at rest can put it right.</summary>
    public IReadOnlyList<ReportedItem> Reported => _context?.Reported ?? [];

    /// <summary>What the guest, as edited so far, names by the order of disks; steps leave that as it is.</summary>
    public IReadOnlyList<DeviceOrderReference> FindDeviceOrder()
    {
        GuestDisk disk = _disk ?? throw OutOfOrder(nameof(FindDeviceOrder), nameof(Repartition));
        return DeviceOrderReferences.In(disk.Files, disk.Contents);
    }

    /// <summary>Looks at the base, and refuses a guest that the recipe is not written for.</summary>
    public InspectionReport Inspect()
    {
        _observer.Phase("Inspecting the base");
        InspectionReport report = _base.Inspect();
        RefuseOtherGuest(report.Guest);
        foreach (string note in _base.Disk.Notes)
        {
            _observer.Remark($"The base: {note}.");
        }

        return report;
    }

    /// <summary>Plans the new places of the partitions, and opens the realigned disk to edit.</summary>
    public RepartitionPlan Repartition()
    {
        _cancellation.ThrowIfCancellationRequested();
        _observer.Phase("Planning partitions");
        RecipeStep? asked = _request.Recipe.Steps.FirstOrDefault(step => step.Step is IDiskStep);
        _plan = asked is null
            ? RepartitionPlan.Unchanged(_base.Table)
            : ((IDiskStep)asked.Step).Plan(_base.Disk, _base.Table, asked.Options);
        if (asked is not null)
        {
            _outcomes.Add((asked.Step.Name, RepartitionOutcome.Of(_plan)));
        }

        _disk = GuestDisk.Open(_plan.Compose(_base.Disk), _plan.After, _base.WriteTime);
        RefuseOtherGuest(Descriptions.Of(_disk.Guest));
        _context = new GuestStepContext(_disk.Files, _disk.Guest, _request.Catalog);
        return _plan;
    }

    /// <summary>Runs one step on the guest's files; a step that the recipe does not ask for is not applicable.</summary>
    public StepOutcome RunStep(string name)
    {
        _cancellation.ThrowIfCancellationRequested();
        GuestStepContext context = _context ?? throw OutOfOrder(nameof(RunStep), nameof(Repartition));
        RecipeStep? asked = _request.Recipe.Step(name);
        if (asked?.Step is not IGuestStep step)
        {
            return StepOutcome.NotApplicable("the recipe does not ask for it");
        }

        _observer.Phase($"Editing the guest: {name}");
        StepOutcome outcome = step.Apply(context, asked.Options);
        _outcomes.Add((name, outcome));
        return outcome;
    }

    /// <summary>Refuses nodes of an image that has no place for their seeds. Call after the last step: steps make the slots.</summary>
    /// <exception cref="StepException">Nodes are asked for, and cannot be stamped.</exception>
    public void CheckNodes()
    {
        GuestStepContext context = _context ?? throw OutOfOrder(nameof(CheckNodes), nameof(Repartition));
        if (_request.Nodes.Count > 0 && !context.Slots.Any(slot => slot.Name == SlotNames.Seed))
        {
            throw new StepException(
                $"recipe {_request.Recipe.Name}",
                $"leaves no slot {SlotNames.Seed} in this guest, so no node can be stamped from its image. "
                + "Add the steps reset-identity and add-node-entropy to the recipe, or ask for no nodes.");
        }
    }

    /// <summary>Writes the golden image in one pass, and verifies it before it counts.</summary>
    public GoldenDocument WriteGolden()
    {
        GuestStepContext context = _context ?? throw OutOfOrder(nameof(WriteGolden), nameof(Repartition));
        CheckNodes();
        _observer.Phase("Writing the golden image");
        GrubCores grubs = GrubCores.On(_plan!.Compose(_base.Disk), _plan.After);
        GoldenParts parts = new()
        {
            Recipe = _request.Recipe,
            WriteTime = _base.WriteTime,
            TableBefore = Descriptions.Of(_base.Table, _base.Contents),
            Disk = _disk!,
            Context = context,
            Catalogs = _request.Catalog.Added,
            DeviceOrder = FindDeviceOrder(),
            Erasure = _request.Recipe.Erase ? _disk!.Erase(BootGap.UnusedOf(_plan.After, grubs), grubs.Sectors) : null,
            Grubs = grubs,
            Compression = _request.Compress ? OutputCompression.Zlib : OutputCompression.None,
            Outcomes = _outcomes,
        };
        WrittenImage written = GoldenWriter.Write(parts, Output.File(GoldenName), _observer, _cancellation);
        _golden = GoldenWriter.Document(parts, _base.Describe(), written, GoldenName);
        File.WriteAllText(Output.File(GoldenDocumentName), JsonText.Write(_golden));
        return _golden;
    }

    /// <summary>Draws the secrets of every node, tests them, and writes the node images.</summary>
    public IReadOnlyList<NodeResult> StampNodes()
    {
        GoldenDocument golden = _golden ?? throw OutOfOrder(nameof(StampNodes), nameof(WriteGolden));
        if (_request.Nodes.Count == 0)
        {
            return [];
        }

        _observer.Phase($"Stamping {_request.Nodes.Count} nodes");
        using GoldenImage image = GoldenImage.Open(Output.File(GoldenDocumentName), golden);
        Stamper stamper = new(image, _request.Stamping, _entropyFiles, _clock, _observer);
        _batch = stamper.Stamp(_request.Nodes, Output.Path, Path.Combine("..", GoldenName), _cancellation);
        return _batch.Nodes;
    }

    /// <summary>Reads the seeds back from the node images and tests them as a fleet.</summary>
    public SeedTests? TestSeeds()
    {
        if (_batch is null)
        {
            return null;
        }

        _observer.Phase("Testing the seeds in the node images");
        using GoldenImage image = GoldenImage.Open(Output.File(GoldenDocumentName), _golden!);
        _seedTests = SeedTests.Run(_batch, image, Output.Path, _cancellation);
        return _seedTests;
    }

    /// <summary>Writes the report and gives everything its final name.</summary>
    public ReportDocument Publish()
    {
        GoldenDocument golden = _golden ?? throw OutOfOrder(nameof(Publish), nameof(WriteGolden));
        _observer.Phase("Writing the report");
        ReportDocument report = ReportDocument.Of(golden, _batch, _seedTests, _started, _clock.GetUtcNow());
        Evidence.Write(Output, report, golden);
        _cancellation.ThrowIfCancellationRequested();
        Output.Publish(last: ReportName);
        return report;
    }

    /// <summary>All stages in their order.</summary>
    public ReportDocument RunAll()
    {
        Inspect();
        Repartition();
        foreach (string step in GuestSteps)
        {
            RunStep(step);
        }

        WriteGolden();
        StampNodes();
        TestSeeds();
        return Publish();
    }

    public void Dispose()
    {
        _base.Dispose();
        _entropyFiles.Dispose();
    }

    private StagingFolder Output => _output ?? throw new InvalidOperationException("A dry run writes nothing.");

    private void RefuseOtherGuest(GuestDescription? guest)
    {
        RecipeGuest wanted = _request.Recipe.Guest;
        if (guest is not null && !wanted.Accepts(guest.Id, guest.Version))
        {
            throw new StepException(
                $"recipe {_request.Recipe.Name}",
                $"is written for {wanted}; the base holds {guest.Name} ({guest.Id} {guest.Version}). "
                + $"Choose another recipe: {string.Join(", ", RecipeLibrary.Names)}.");
        }
    }

    private static InvalidOperationException OutOfOrder(string stage, string before) => new($"{stage} runs after {before}.");
}
