using System.Runtime.CompilerServices;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems;

/// <summary>What a check has found so far.</summary>
internal sealed class Problems
{
    /// <summary>Enough to see what is going on; a file system of noise would give millions.</summary>
    private const int MaxReported = 100;

    private readonly List<string> _found = [];
    private long _unreported;

    public IReadOnlyList<string> Found => _unreported == 0 ? _found : [.. _found, $"{_unreported} more problems are not listed."];

    public void Add(string problem)
    {
        if (_found.Count < MaxReported)
        {
            _found.Add(problem);
        }
        else
        {
            _unreported++;
        }
    }

    /// <summary>Adds a problem when what should hold does not.</summary>
    public void AddUnless(bool holds, string problem)
    {
        if (!holds)
        {
            Add(problem);
        }
    }

    /// <inheritdoc cref="AddUnless(bool, string)"/>
    public void AddUnless(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref ProblemText problem)
    {
        if (!holds)
        {
            Add(problem.Take());
        }
    }

    /// <summary>Runs one part of the check; damage that ends it becomes a problem, and the rest goes on.</summary>
    public void Try(Action part)
    {
        try
        {
            part();
        }
        catch (CorruptImageException damage)
        {
            Add(damage.Message);
        }
    }
}
