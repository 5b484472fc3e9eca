using ImagePrep.Randomness.StatisticalTests;

namespace ImagePrep.Randomness.Batteries;

/// <summary>All batteries that test a stream.</summary>
public static class StreamBatteries
{
    public static IReadOnlyList<IStreamBattery> All { get; } =
    [
        .. BatteryLimits.ForStreams.Select(limits => new FipsBattery(limits)),
        new ExactBattery(),
        new Sp80022Battery(),
    ];

    /// <summary>The battery with this id, or null.</summary>
    public static IStreamBattery? Find(string id) => All.FirstOrDefault(battery => battery.Id == id);
}
