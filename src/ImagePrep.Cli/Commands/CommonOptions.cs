using System.CommandLine;
using System.CommandLine.Parsing;
using ImagePrep.Containers;
using ImagePrep.Errors;
using ImagePrep.Nodes;

namespace ImagePrep.Cli.Commands;

/// <summary>Options and arguments that several commands share, with one wording.</summary>
internal static class CommonOptions
{
    public static Argument<string> Image() => new("IMAGE") { Description = "Disk image: raw, qcow2, or another format that is declared." };

    public static Argument<string> GuestPath() => new("PATH") { Description = "Absolute path inside the guest, such as /etc/fstab." };

    public static Option<string> ImageFormat(string name)
    {
        Option<string> option = new(name)
        {
            Description = "Format of the image when its content does not prove it. All but raw and qcow2 must be declared, and are converted by qemu-img.",
            HelpName = string.Join('|', DeclaredFormats.Names),
        };
        option.Aliases.Add("--base-format");
        option.AcceptOnlyFromAmong([.. DeclaredFormats.Names]);
        return option;
    }

    public static Option<string[]> Backing() => new("--backing")
    {
        Description = "Backing file of a qcow2 overlay, then that file's own, down to the base. The names in the images are not followed. May be repeated.",
        HelpName = "FILE",
    };

    public static Option<string[]> Catalogs() => OfFiles(new Option<string[]>("--catalog")
    {
        Description = "Catalog file of your own, beside the built-in one ('imageprep catalog --schema' prints its form). May be repeated.",
        HelpName = "FILE",
    });

    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of text." };

    public static Option<string> Out() => new("--out") { Description = "Output folder: new, or empty.", Required = true, HelpName = "DIR" };

    public static Option<string> Nodes() =>
        OfFiles(new Option<string>("--nodes") { Description = "Node list: CSV with the columns name, mac, uuid, machine-id, site-…", HelpName = "FILE" });

    public static Option<int?> Count() => new("--count") { Description = "Number of nodes to make, named node-1 and so on.", HelpName = "N" };

    public static Option<string> Layout()
    {
        Option<string> option = new("--layout")
        {
            Description = "overlay: small qcow2 files on the golden image; standalone: complete images.",
            DefaultValueFactory = _ => "overlay",
        };
        option.AcceptOnlyFromAmong("overlay", "standalone");
        return option;
    }

    public static Option<string> NodeFormat()
    {
        Option<string> option = new("--format") { Description = "Format of standalone node images.", DefaultValueFactory = _ => "qcow2" };
        option.AcceptOnlyFromAmong("qcow2", "raw");
        return option;
    }

    public static Option<int> Jobs() => new("--jobs")
    {
        Description = "How many node images are written at once.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        HelpName = "N",
    };

    /// <summary>Opens what a command reads; '-' is standard input. Unbuffered: nothing is taken from a pipe that is not used.</summary>
    public static Stream OpenInput(string file) =>
        file == "-" ? OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);

    /// <exception cref="IOException">The program was started without a standard input.</exception>
    private static Stream OpenStandardInput() =>
        StandardInput.IsOpen ? Console.OpenStandardInput() : throw new IOException("Standard input is closed. Name a file, or pass the data by a pipe.");

    /// <summary>What people are told of such an input: a name without its folder.</summary>
    public static string InputName(string file) => file == "-" ? "standard input" : Path.GetFileName(file);

    public static Option<string[]> EntropyFiles() => OfFiles(new Option<string[]>("--entropy-file")
    {
        Description = "File, FIFO or device, such as /dev/hwrng, whose bytes are mixed into every node's seed, besides the operating system's. "
            + "They are the output of a conditioned source, not raw noise. May be repeated.",
        HelpName = "FILE",
    });

    /// <summary>Has an option refuse a folder, of which the operating system says no more than that access is denied.</summary>
    public static Option<T> OfFiles<T>(Option<T> option)
    {
        option.Validators.Add(result => Refuse(result, option.Name, Directory.Exists, "is a folder; name a file"));
        return option;
    }

    /// <inheritdoc cref="OfFiles{T}(Option{T})"/>
    public static Argument<T> OfFiles<T>(Argument<T> argument)
    {
        argument.Validators.Add(result => Refuse(result, argument.Name, Directory.Exists, "is a folder; name a file"));
        return argument;
    }

    /// <summary>Has everything that takes a value refuse an empty one, which is a variable of a script that was never set.</summary>
    public static void RefuseEmptyValues(Command command)
    {
        const string Problem = "is empty; give a value, or leave it out";
        foreach (Option option in command.Options)
        {
            option.Validators.Add(result => Refuse(result, option.Name, string.IsNullOrEmpty, Problem));
        }

        foreach (Argument argument in command.Arguments)
        {
            argument.Validators.Add(result => Refuse(result, argument.Name, string.IsNullOrEmpty, Problem));
        }

        foreach (Command inner in command.Subcommands)
        {
            RefuseEmptyValues(inner);
        }
    }

    /// <exception cref="RecipeException">Both given, a bad count, or a bad list.</exception>
    public static IReadOnlyList<NodeSpec> ReadNodes(string? file, int? count)
    {
        if (file is not null && count is not null)
        {
            throw Misuse("--nodes", "goes without --count: the list says how many there are");
        }

        if (count is < 1 or > NodeList.MaxNodes)
        {
            throw Misuse("--count", $"is a number from 1 to {NodeList.MaxNodes}");
        }

        return file is not null ? NodeList.Parse(File.ReadAllText(file), file)
            : count is { } number ? NodeList.Count(number)
            : [];
    }

    public static NodeLayout ReadLayout(string layout, string format) => (layout, format) switch
    {
        ("overlay", "qcow2") => NodeLayout.Overlay,
        ("standalone", "qcow2") => NodeLayout.StandaloneQcow2,
        ("standalone", "raw") => NodeLayout.Raw,
        _ => throw Misuse("--format raw", "goes with --layout standalone: a raw image cannot lie over another"),
    };

    public static int CheckJobs(int jobs) => jobs is >= 1 and <= 256 ? jobs : throw Misuse("--jobs", "is a number from 1 to 256");

    private static void Refuse(SymbolResult result, string name, Predicate<string> isWrong, string problem)
    {
        if (result.Tokens.FirstOrDefault(token => isWrong(token.Value)) is { } wrong)
        {
            result.AddError($"{name}: '{wrong.Value}' {problem}.");
        }
    }

    public static RecipeException Misuse(string option, string text) => new("command line", [new RecipeProblem(option, 0, text)]);
}
