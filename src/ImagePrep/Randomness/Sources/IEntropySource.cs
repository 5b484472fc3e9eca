namespace ImagePrep.Randomness.Sources;

/// <summary>A source of unpredictable bytes. Several are read for every node, so one that fails silently is covered by the others.</summary>
public interface IEntropySource
{
    /// <summary>What reports and messages call it, such as "getrandom(2)".</summary>
    string Name { get; }

    SourceDescription Description { get; }

    /// <summary>Fills the whole destination with fresh bytes. Safe to call from several threads.</summary>
    /// <exception cref="RandomnessException">The source cannot deliver; nothing may be issued.</exception>
    void Read(Span<byte> destination);
}
