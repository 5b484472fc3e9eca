using ImagePrep.Storage.Errors;

namespace ImagePrep.Fuzz;

/// <summary>A run of bytes of a seed where the structure under test is, and what makes its checksum right again.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Seal">Renews the checksum in a mutant, and writes to hot ranges only; null when there is none.</param>
public sealed record HotRange(int Offset, int Length, Action<byte[]>? Seal = null);

/// <summary>A healthy input and where it is worth changing.</summary>
public sealed record Seed(byte[] Bytes, IReadOnlyList<HotRange> Hot)
{
    /// <summary>A seed that is all structure.</summary>
    public static Seed Whole(byte[] bytes) => new(bytes, [new HotRange(0, bytes.Length)]);
}

/// <summary>One parser under test: healthy inputs, and what is done with each mutant. A new target is one file and one line in <see cref="FuzzTargets"/>.</summary>
public abstract class FuzzTarget
{
    private readonly Lazy<IReadOnlyList<Seed>> _seeds;

    protected FuzzTarget(string name)
    {
        Name = name;
        _seeds = new Lazy<IReadOnlyList<Seed>>(MakeSeeds);
    }

    public string Name { get; }

    public IReadOnlyList<Seed> Seeds => _seeds.Value;

    /// <summary>Whether mutants may be longer or shorter than their seed; block devices are at most cut.</summary>
    public virtual bool MayChangeLength => true;

    /// <summary>Whether some mutants must be refused for the run to mean anything; not where almost every input is fine.</summary>
    public virtual bool RefusesMutants => true;

    /// <summary>Parses one input and leaves it as it is. Everything that is not <see cref="IsDocumented"/> is a finding; so is an exception that says it.</summary>
    public abstract void Execute(Memory<byte> input);

    /// <summary>Exceptions that the parser's documentation allows.</summary>
    public virtual bool IsDocumented(Exception exception) => exception is CorruptImageException or UnsupportedImageException or IOException;

    /// <summary>Called once, when the target runs for the first time.</summary>
    protected abstract IReadOnlyList<Seed> MakeSeeds();

    /// <summary>Runs a call of which documented exceptions are an answer, so that the calls behind it run too.</summary>
    protected bool Survives(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (Exception exception) when (IsDocumented(exception))
        {
            return false;
        }
    }
}

/// <summary>The input was accepted, and then something that must hold did not.</summary>
public sealed class BrokenPromiseException(string message) : Exception(message);
