using ImagePrep.Fuzz.Targets;

namespace ImagePrep.Fuzz;

/// <summary>Every target there is.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new Qcow2Target(),
        new Qcow2FeaturesTarget(),
        new ContainerTarget(),
        new MbrTarget(),
        new EbrTarget(),
        new GptTarget(),
        new ExtTarget("ext-superblock", ExtFocus.Superblock),
        new ExtTarget("ext-inode", ExtFocus.Inodes),
        new ExtTarget("ext-directory", ExtFocus.Directories),
        new ExtTarget("ext-mapping", ExtFocus.Mapping),
        new ExtTarget("ext-xattr", ExtFocus.Attributes),
        new ExtEditTarget(),
        new JournalSuperblockTarget(),
        new JournalTarget(),
        new FatTarget(),
        new SwapTarget(),
        new ContentProbeTarget(),
        new GuestFilesTarget(),
        new FileContextsTarget(),
        new KeyFormatsTarget(),
        new InitramfsTarget(),
        new RecipeTarget(),
        new NodeListTarget(),
        new GoldenDocumentTarget(),
        new NoiseSamplesTarget(),
    ];

    public static FuzzTarget Of(string name) => All.Single(target => target.Name == name);
}
