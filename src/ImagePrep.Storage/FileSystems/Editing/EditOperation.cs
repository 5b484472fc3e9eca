namespace ImagePrep.Storage.FileSystems.Editing;

/// <summary>The span of one operation of a file system: it is undone unless <see cref="Complete"/> was reached.</summary>
internal sealed class EditOperation(Action commit, Action rollback) : IDisposable
{
    private bool _completed;

    public void Complete()
    {
        commit();
        _completed = true;
    }

    public void Dispose()
    {
        if (!_completed)
        {
            rollback();
        }
    }
}
