namespace ImagePrep.Storage.FileSystems.Ext.Editing;

/// <summary>The span of one operation: it is undone unless <see cref="Complete"/> was reached.</summary>
internal sealed class EditOperation(UndoLog undo, Action commit) : IDisposable
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
            undo.Rollback();
        }
    }
}
