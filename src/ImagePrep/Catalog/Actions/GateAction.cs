using ImagePrep.Guests;

namespace ImagePrep.Catalog.Actions;

/// <summary>Makes units of systemd that generate keys at their first start wait until the random pool is ready and node data is mixed in.</summary>
/// <param name="Units">Unit names.</param>
public sealed record GateAction(IReadOnlyList<string> Units) : PutAction
{
    private const int Permissions = 0b110_100_100;

    private const string DropIn =
        """
        # This unit makes keys when it finds none: not before the random pool is ready.
        [Unit]
        Requires=imageprep-pool.service
        After=imageprep-pool.service

        """;

    public override string Describe() => "lets wait for the random pool " + Code(Units);

    protected override IEnumerable<(string Path, string Content, int Permissions)> Files() =>
        Units.Select(unit => (SystemdUnits.DropIn(unit, "50-imageprep-pool.conf"), DropIn.ReplaceLineEndings("\n"), Permissions));
}
