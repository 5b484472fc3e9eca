namespace ImagePrep.Randomness.Batteries;

/// <summary>The options of <see cref="BatteryOptions"/> that a battery takes.</summary>
[Flags]
public enum BatteryParameters
{
    None = 0,
    Blocks = 1,
    Alpha = 2,
    SequenceBits = 4,
}
