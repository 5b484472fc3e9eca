// The one typed session that the pipeline's tasks share: opened by the first task that needs it, closed when the run ends.
using ImagePrep.Nodes;
using ImagePrep.Pipeline;
using ImagePrep.Recipes;

public sealed class Preparation : IDisposable
{
    private readonly ISetupContext _context;
    private PreparationSession _session;
    private StagingFolder _output;
    private LogFile _log;

    public Preparation(ISetupContext context) => _context = context;

    public PreparationSession Session => _session ??= Open();

    public string OutputFolder => _output.FinalPath;

    public void Dispose()
    {
        _session?.Dispose();
        _log?.Dispose();
        _output?.Dispose();
    }

    private PreparationSession Open()
    {
        bool isDemo = !_context.HasArgument("base");
        string baseImage = _context.Argument("base", Paths.DemoBase);
        string recipe = _context.Argument("recipe", Paths.DemoRecipe);
        string output = _context.Argument("out", Paths.Demo);
        if (isDemo && _context.DirectoryExists(output))
        {
            // The demo's folder is ours; any other must be empty, as with the command line.
            _context.DeleteDirectory(output, new DeleteDirectorySettings { Recursive = true, Force = true });
        }

        IReadOnlyList<NodeSpec> nodes = _context.HasArgument("nodes")
            ? NodeList.Parse(System.IO.File.ReadAllText(_context.Argument<string>("nodes")), _context.Argument<string>("nodes"))
            : NodeList.Count(_context.Argument("count", Paths.DemoNodes));
        string[] backing = [.. _context.Arguments<string>("backing", [])];
        PrepareRequest request = new() { Recipe = RecipeLibrary.Load(recipe), BasePath = baseImage, Backing = backing, Nodes = nodes };
        _output = new StagingFolder(output);
        _log = new LogFile(_output.File(LogFile.Name));
        return new PreparationSession(request, _output, _log, TimeProvider.System, System.Threading.CancellationToken.None);
    }
}
