using ImagePrep.Golden;
using ImagePrep.Guests;

namespace ImagePrep.Reports;

/// <summary>How a guest takes its seed: the part of the entropy rationale that depends on what boots it.</summary>
internal static class GuestRationale
{
    public static string OfProduct() =>
        """
        | init | seed file | can be counted as entropy |
        |---|---|---|
        | systemd 243 and later | `/var/lib/systemd/random-seed` | yes |
        | systemd 208 to 242 | `/var/lib/systemd/random-seed` | no, mixed only |
        | OpenRC and BusyBox with seedrng | `/var/lib/seedrng` | yes |
        | OpenRC, BusyBox, sysvinit, RHEL 5 and 6, OpenWrt without it | where that init looks for it | no, mixed only |
        """;

    public static string Of(GoldenDocument golden)
    {
        string? path = golden.Slots.FirstOrDefault(slot => slot.Name == SlotNames.Seed)?.Path;
        string place = path is null
            ? "The recipe adds no seed slot, so nothing of the factory's randomness reaches this guest."
            : $"{golden.Guest.Init} loads the seed from `{path}`.";
        string credit = golden.NodeEntropy switch
        {
            null => "The recipe does not add late key generation: the order of seed and keys is the guest's own, and section 6 does not hold for it.",
            { SeedCredited: true } => "This guest can count it as entropy, and the recipe lets it.",
            _ => golden.Guest.Init == InitSystem.Systemd && golden.Guest.InitVersion >= 243
                ? "The recipe says seed-credit: false, so it is mixed in and never counted."
                : "This init cannot count it as entropy, or the recipe says seed-credit: false: it is mixed in, and the kernel waits for its own sources.",
        };
        return $"{place} {credit}";
    }
}
