using System.Globalization;
using ImagePrep.Fuzz;

// usage: ImagePrep.Fuzz CRASH-FOLDER EXECUTIONS [--first=N] [--seconds=N] [TARGET…]   runs targets, 0 when nothing was found
//        ImagePrep.Fuzz --replay TARGET FILE                                          runs one saved input
if (args is ["--replay", string replayed, string file])
{
    (bool accepted, _, string? what) = FuzzRun.Judge(FuzzTargets.Of(replayed), File.ReadAllBytes(file));
    Console.WriteLine(what ?? (accepted ? "accepted" : "refused as documented"));
    return what is null ? 0 : 1;
}

if (args.Length < 2 || !long.TryParse(args[1], CultureInfo.InvariantCulture, out long executions))
{
    Console.Error.WriteLine("usage: ImagePrep.Fuzz CRASH-FOLDER EXECUTIONS [--first=N] [--seconds=N] [TARGET...]");
    return 2;
}

long Option(string name, long otherwise) => args.FirstOrDefault(arg => arg.StartsWith($"--{name}=", StringComparison.Ordinal)) is { } given
    ? long.Parse(given[(name.Length + 3)..], CultureInfo.InvariantCulture)
    : otherwise;

long seconds = Option("seconds", 0);
string[] names = [.. args.Skip(2).Where(arg => !arg.StartsWith("--", StringComparison.Ordinal))];
bool found = false;
Console.WriteLine($"{"target",-20}{"executions",12}{"accepted",12}{"per CPU s",12}  findings");
foreach (FuzzTarget target in FuzzTargets.All.Where(target => names.Length == 0 || names.Contains(target.Name)))
{
    FuzzResult result = FuzzRun.Run(target, executions, Option("first", 0), seconds == 0 ? null : TimeSpan.FromSeconds(seconds));
    Console.WriteLine($"{result.Target,-20}{result.Executions,12}{result.Accepted,12}{result.Rate,12:0}  {result.Findings.Count}");
    foreach (FuzzFinding finding in result.Findings)
    {
        Directory.CreateDirectory(args[0]);
        string path = Path.Combine(args[0], $"{result.Target}-{finding.Execution}");
        File.WriteAllBytes(path, finding.Input);
        File.WriteAllText(path + ".txt", finding.What + "\n");
        Console.WriteLine($"  {path}: {finding.What.Split('\n')[0]}");
        found = true;
    }
}

return found ? 1 : 0;
