using ImagePrep.Recipes;
using ImagePrep.Steps.Repartition;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps;

/// <summary>One kind of edit. Recipe schema, help and documentation are made from what a step says of itself.</summary>
public interface IStep
{
    /// <summary>As written in recipes, kebab-case.</summary>
    string Name { get; }

    /// <summary>One sentence.</summary>
    string Summary { get; }

    IReadOnlyList<OptionDefinition> Options { get; }
}

/// <summary>A step that edits the guest's files.</summary>
public interface IGuestStep : IStep
{
    /// <exception cref="Errors.StepException">The guest lacks what the step needs; nothing may be written.</exception>
    StepOutcome Apply(GuestStepContext context, OptionValues options);
}

/// <summary>A step that lays out the disk before any file system is opened.</summary>
public interface IDiskStep : IStep
{
    /// <exception cref="Storage.Errors.UnsupportedImageException">Something must move that cannot be moved; nothing may be written.</exception>
    RepartitionPlan Plan(IBlockReader disk, PartitionTable table, OptionValues options);
}
