namespace ImagePrep.Benchmarks;

/// <summary>What was measured, for people.</summary>
internal static class ResultTable
{
    public static void WriteHead() => Console.WriteLine($"{"",-46}{"median s",10}{"min",8}{"max",8}{"peak MiB",10}{"ours is",10}");

    public static void Write(Comparison comparison)
    {
        Console.WriteLine(Line(comparison.Name, comparison.Own));
        foreach (Yardstick other in comparison.Beside)
        {
            string name = "  " + other.Name;
            Console.WriteLine(other.Figures is { } figures ? $"{Line(name, figures)}{$"{other.MedianRatio:0.00#} x",10}" : $"{name,-46}{"not installed",16}");
        }
    }

    public static void Write(IEnumerable<Bar> bars)
    {
        Console.WriteLine($"{"bar",-86}{"at most",12}{"is",12}");
        foreach (Bar bar in bars)
        {
            Console.WriteLine($"{bar.Of,-86}{$"{bar.Most:0.###} {bar.Unit}",12}{$"{bar.Reached:0.00#} {bar.Unit}",12}  {(bar.IsMet ? "met" : "NOT MET")}");
        }
    }

    private static string Line(string name, Figures figures) =>
        $"{name,-46}{figures.MedianSeconds,10:0.00}{figures.MinSeconds,8:0.00}{figures.MaxSeconds,8:0.00}{figures.PeakMebibytes,10:0}";
}
