using System.Collections.Concurrent;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Directories;

/// <summary>Images with many names in /names, made by e2fsprogs once per shape and copied for each test that wants one.</summary>
public sealed class PreparedImages : IDisposable
{
    private readonly ConcurrentDictionary<(int BlockSize, int Names, string Features), string> _made = new();
    private readonly ScratchFolder _folder = new();

    /// <summary>
    /// Block size, names, and features: one block, a flat htree, with 1 KiB blocks an htree with a second level, and directories that stay
    /// linear. 64 KiB blocks have record lengths of their own.
    /// </summary>
    public static TheoryData<int, int, string> Shapes => new()
    {
        { 1024, 5, "metadata_csum" },
        { 1024, 300, "metadata_csum" },
        { 1024, 1500, "metadata_csum" },
        { 1024, 1500, "^metadata_csum" },
        { 2048, 300, "metadata_csum,^filetype" },
        { 4096, 10, "^metadata_csum,^filetype" },
        { 4096, 800, "metadata_csum" },
        { 4096, 800, "^metadata_csum,^dir_index" },
        { 4096, 800, "^metadata_csum,^filetype" },
        { 65536, 900, "metadata_csum" },
        { 65536, 900, "^metadata_csum" },
    };

    public void Dispose() => _folder.Dispose();

    internal ExtImage Copy(ScratchFolder folder, int blockSize, int names, string features)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "debugfs");
        string image = _made.GetOrAdd((blockSize, names, features), Make);
        File.Copy(image, folder.File("image"));
        return new ExtImage(folder.File("image"));
    }

    private string Make((int BlockSize, int Names, string Features) shape)
    {
        using ScratchFolder source = new();
        string names = Directory.CreateDirectory(source.File("names")).FullName;
        for (int i = 0; i < shape.Names; i++)
        {
            string name = Path.Combine(names, $"{i}-{new string((char)('a' + (i % 26)), i * 7 % 180)}");
            if (i % 50 == 7)
            {
                Directory.CreateDirectory(name);
            }
            else
            {
                File.WriteAllBytes(name, []);
            }
        }

        ExtImage image = ExtImage.Make(
            _folder.File($"{_made.Count}-{shape.BlockSize}-{shape.Names}-{shape.Features}"),
            shape.BlockSize == 65536 ? "192M" : "16M",
            source.Path,
            ["-t", "ext4", "-b", $"{shape.BlockSize}", "-O", shape.Features, "-N", $"{shape.Names + 100}"]);
        image.Optimize();
        E2fsck.ShouldBeSilent(image.Path);
        return image.Path;
    }
}

[CollectionDefinition(Name)]
public sealed class PreparedImagesCollection : ICollectionFixture<PreparedImages>
{
    public const string Name = "prepared ext images";
}
