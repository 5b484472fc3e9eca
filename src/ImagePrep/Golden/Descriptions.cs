using ImagePrep.Guests;
using ImagePrep.Recipes;
using ImagePrep.Steps;
using ImagePrep.Steps.AddNodeEntropy;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Golden;

/// <summary>Turns what the pipeline works with into what documents say of it.</summary>
internal static class Descriptions
{
    public static TableDescription Of(PartitionTable table, IReadOnlyList<PartitionContent> contents)
    {
        Dictionary<int, PartitionContent> byNumber = contents.ToDictionary(content => content.Partition.Number);
        PartitionContent? ContentOf(Partition partition) => byNumber.GetValueOrDefault(partition.Number);
        return new TableDescription(
            table.Scheme.ToString().ToLowerInvariant(),
            table.SectorSize,
            table.DiskLength,
            [.. table.Partitions.Select(partition => new PartitionDescription(
                partition.Number,
                partition.Type.Id,
                partition.Type.Name,
                partition.FirstSector,
                partition.SectorCount,
                partition.Alignment.IsAligned,
                ContentOf(partition)?.Type ?? "",
                ContentOf(partition)?.Recovery ?? ""))]);
    }

    public static GuestDescription Of(Guest guest) =>
        new(guest.Release.Id, guest.Release.VersionId, guest.Release.PrettyName, guest.Init.Name, guest.Init.Version, guest.Features);

    /// <summary>From the recipe's options and, for the credit, from what stands in the image: not every init can give it.</summary>
    public static NodeEntropyDescription? NodeEntropyOf(Recipe recipe, GuestTree files)
    {
        if (recipe.Step(AddNodeEntropyStep.StepName) is not { } step)
        {
            return null;
        }

        AddNodeEntropyOptions options = AddNodeEntropyOptions.From(step.Options);
        return new NodeEntropyDescription(
            files.Exists(AddNodeEntropyStep.SeedCreditPath),
            options.KeysOnCommand ? AddNodeEntropyOptions.Command : AddNodeEntropyOptions.ServiceStart,
            options.NetworkGuard,
            options.SshKeyTypes,
            options.RsaBits,
            options.EcdsaBits,
            options.TlsKey,
            options.EntropyFloor);
    }

    public static StepDescription Of(string name, StepOutcome outcome) => new(
        name,
        Camel(outcome.Result.ToString()),
        outcome.Reason,
        [.. outcome.Changes.Select(change => new ChangeDescription(change.Path.ToString(), Camel(change.Kind.ToString())))],
        outcome.Patches.Count > 0 ? outcome.Patches : null);

    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];

    public static ErasureDescription Of(DiskErasure erasure) => new(
        erasure.UnclaimedBytes,
        [.. erasure.Partitions.Select(partition => new PartitionErasureDescription(
            partition.Number, partition.UnusedBytes, partition.Leftovers.Nodes, partition.Leftovers.Names))]);
}
