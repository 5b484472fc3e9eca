// Every path and argument name in one place. Paths are absolute: Cake runs scripts in their own folder.
public static class Paths
{
    public static string Root { get; private set; } = "";

    public static void SetRoot(ICakeContext context) =>
        Root = context.MakeAbsolute(context.Directory("..")).FullPath;

    public static string Solution => Root + "/ImagePrep.sln";
    public static string Artifacts => Root + "/artifacts";
    public static string Program => Artifacts + "/imageprep/imageprep";
    public static string Package => Artifacts + "/package";
    public static string TestResults => Artifacts + "/test-results";
    public static string Demo => Artifacts + "/demo";
    public static string DemoBase => Root + "/recipes/demo/base.qcow2";
    public const string DemoRecipe = "debian-12";
    public const int DemoNodes = 3;
}

Paths.SetRoot(Context);
