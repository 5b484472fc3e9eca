namespace ImagePrep.Randomness.Batteries;

/// <summary>A set of tests that can be run on a stream of bytes: one entry of <c>imageprep rngtest --battery</c>.</summary>
public interface IStreamBattery
{
    /// <summary>Short name, for options and JSON.</summary>
    string Id { get; }

    /// <summary>The battery's name as reports print it.</summary>
    string Name { get; }

    /// <summary>What it tests and on how much data, in a line.</summary>
    string Description { get; }

    /// <summary>The options that mean something to it.</summary>
    BatteryParameters Takes { get; }

    /// <summary>Reads the stream to its end, or as far as the options say, and tests it.</summary>
    /// <param name="stream">Read from where it stands; a file may be read on all cores.</param>
    /// <param name="options">Those that the battery does not take are not looked at.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="SampleSizeException">There is too little data, or too much.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of the range that <see cref="BatteryOptions"/> gives.</exception>
    IBatteryResult Run(Stream stream, BatteryOptions options);
}
