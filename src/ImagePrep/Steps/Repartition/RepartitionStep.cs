using ImagePrep.Recipes;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>Puts every partition on an aligned boundary. A mapping of the base: nothing is copied until the golden image is written.</summary>
internal sealed class RepartitionStep : IDiskStep
{
    private const string Boundary = "boundary";

    public string Name => "repartition";

    public string Summary => "Moves every partition to an aligned start; order, numbers, types, sizes and identifiers stay.";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(Boundary, OptionType.Size, "1MiB", "Every partition starts at a multiple of this; itself a multiple of 4 KiB.", Check: CheckBoundary),
    ];

    public RepartitionPlan Plan(IBlockReader disk, PartitionTable table, OptionValues options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RepartitionPlan.Create(disk, table, new RepartitionOptions { Boundary = (int)options.Size(Boundary) });
    }

    private static string? CheckBoundary(object value) =>
        (long)value is >= Alignment.Minimum and <= 1 << 30 and long size && size % Alignment.Minimum == 0
            ? null
            : $"{value} is not a multiple of 4 KiB up to 1 GiB";
}
