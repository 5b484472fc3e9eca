namespace ImagePrep.Randomness.Batteries;

/// <summary>The four tests on blocks of 20,000 bits and the continuous test, by <see cref="RngTest"/>.</summary>
public sealed class FipsBattery(BatteryLimits limits) : IStreamBattery
{
    public string Id => limits.Id;

    public string Name => limits.Name;

    public string Description => $"{limits.Name}, on blocks of 20,000 bits as rng-tools' rngtest takes them";

    public BatteryParameters Takes => BatteryParameters.Blocks;

    public IBatteryResult Run(Stream stream, BatteryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RngTest.Run(stream, options.Blocks, limits);
    }
}
