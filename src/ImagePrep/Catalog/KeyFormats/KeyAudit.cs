using System.Security.Cryptography;
using ImagePrep.Catalog.KeyFormats.Checks;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.KeyFormats;

/// <summary>
/// Looks for private keys by content, for what the catalog does not name, in all files of up to 1 MiB. Packages' own files (/usr but for /usr/local, the
/// package database) hold samples only and are left out.
/// </summary>
public static class KeyAudit
{
    /// <summary>Smaller than any key.</summary>
    private const int MinFile = 16;

    /// <summary>Larger than any file that is meant to hold keys.</summary>
    private const int MaxFile = 1 << 20;

    /// <summary>What is read of a file at first: a block, which holds most files of /etc whole and shows whether one is text.</summary>
    private const int HeadLength = 4096;

    private const int MaxDepth = 64;
    private const int MaxEntries = 200_000;

    /// <summary>Files with certificates that are compared with the keys: far more than a machine's own.</summary>
    private const int MaxCertificates = 1024;

    /// <summary>Keys that a certificate is looked for: more than anybody reads of.</summary>
    private const int MaxMatched = 256;

    /// <summary>Where keys are kept as a rule comes first, in case the guest has more files than are looked at.</summary>
    private static readonly string[] Folders = ["/etc", "/root", "/home", "/srv", "/var/lib", "/"];

    /// <summary>What packages bring along, what is only there while the guest runs, and lists that were downloaded.</summary>
    private static readonly PathPatterns Left = new(
    [
        "/usr/bin", "/usr/games", "/usr/include", "/usr/lib*", "/usr/sbin", "/usr/share", "/usr/src", "/bin", "/lib*", "/sbin",
        "/proc", "/sys", "/dev", "/run", "/rom", "/snap",
        "/var/lib/apt", "/var/lib/dpkg", "/var/lib/pacman", "/var/lib/rpm", "/var/lib/selinux", "/var/cache/apt", "/var/cache/dnf", "/var/cache/man",
    ]);

    /// <summary>The private keys of a guest.</summary>
    /// <param name="guest">The guest's files.</param>
    /// <param name="keep">Patterns of paths that are meant to stay, such as the stores of certificate authorities.</param>
    public static KeyAuditResult Find(GuestTree guest, IReadOnlyList<string> keep)
    {
        ArgumentNullException.ThrowIfNull(guest);
        ArgumentNullException.ThrowIfNull(keep);
        Walk walk = new(guest, keep);
        foreach (string folder in Folders)
        {
            if (guest.TryFind(folder, out GuestNode? node) && node.Info.Kind == NodeKind.Directory)
            {
                walk.Enter(node, 0);
            }
        }

        return walk.Finish();
    }

    private sealed class Walk(GuestTree guest, IReadOnlyList<string> keep)
    {
        private readonly PathPatterns _keep = new(keep);
        private readonly HashSet<(GuestPath Mount, NodeId Folder)> _entered = [];
        private readonly List<(GuestNode File, RecognisedKey Key)> _keys = [];
        private readonly List<GuestNode> _certificates = [];
        private readonly byte[] _buffer = new byte[MaxFile];
        private int _entries;
        private int _files;
        private bool _isComplete = true;

        public KeyAuditResult Finish()
        {
            GuestPath?[] certificates = MatchCertificates();
            KeyFinding[] findings = [.. _keys.Select((key, i) => new KeyFinding(key.File.Path, key.Key) { Certificate = certificates.ElementAtOrDefault(i) })];
            CryptographicOperations.ZeroMemory(_buffer);
            return new KeyAuditResult(findings, _files, _isComplete);
        }

        public void Enter(GuestNode folder, int depth)
        {
            // A folder of the list may lie in another one, or be a link into it; and a damaged file system may have loops.
            if (!_entered.Add((folder.Mount.Point, folder.Node)) || Left.Cover(folder.Path) || _keep.Cover(folder.Path))
            {
                return;
            }

            if (depth > MaxDepth)
            {
                _isComplete = false;
                return;
            }

            foreach (GuestNode node in guest.Children(folder))
            {
                if (++_entries > MaxEntries)
                {
                    _isComplete = false;
                    return;
                }

                if (node.Info.Kind == NodeKind.Directory)
                {
                    Enter(node, depth + 1);
                }
                else if (node.Info is { Kind: NodeKind.File, Size: >= MinFile and <= MaxFile })
                {
                    LookAt(node);
                }
            }
        }

        private void LookAt(GuestNode file)
        {
            string path = file.Path.ToString();
            if (_keep.Cover(path))
            {
                return;
            }

            _files++;
            ReadOnlySpan<byte> content = Read(file, path);
            if (KeyRecogniser.Recognise(path, content, file.Info.Size, KeyFormatCatalog.Private) is { IsPrivate: true } key)
            {
                _keys.Add((file, key));
            }

            if (_certificates.Count < MaxCertificates && SelfSignedCertificate.MayBeIn(content))
            {
                _certificates.Add(file);
            }
        }

        /// <summary>The certificate of each of the first keys; null where there is none. Every file is read once, whatever the number of the others.</summary>
        private GuestPath?[] MatchCertificates()
        {
            byte[][] publicParts = [.. _keys.Take(MaxMatched).Select(key => SelfSignedCertificate.PublicPart(Read(key.File, key.File.Path.ToString())))];
            GuestPath?[] found = new GuestPath?[publicParts.Length];
            foreach (GuestNode file in publicParts.Any(part => part.Length > 0) ? _certificates : [])
            {
                List<byte[]> publicKeys = SelfSignedCertificate.PublicKeys(Read(file, file.Path.ToString()));
                for (int i = 0; i < found.Length; i++)
                {
                    byte[] part = publicParts[i];
                    found[i] ??= part.Length > 0 && publicKeys.Exists(key => key.AsSpan().IndexOf(part) >= 0) ? file.Path : null;
                }
            }

            return found;
        }

        /// <summary>The start of a file; as much more as may tell something: the rest of a text, all of a binary file that begins as a key does.</summary>
        private ReadOnlySpan<byte> Read(GuestNode file, string path)
        {
            int size = (int)file.Info.Size;
            int read = file.Mount.FileSystem.Read(file.Node, 0, _buffer.AsSpan(0, Math.Min(size, HeadLength)));
            if (read == size)
            {
                return _buffer.AsSpan(0, read);
            }

            ReadOnlySpan<byte> head = _buffer.AsSpan(0, read);
            int wanted = KeyRecogniser.MayBeBinaryKey(path, head) ? size
                : head.Contains((byte)0) ? read
                : Math.Min(size, KeyRecogniser.MaxText);
            int more = file.Mount.FileSystem.Read(file.Node, read, _buffer.AsSpan(read, wanted - read));
            return _buffer.AsSpan(0, read + more);
        }
    }
}
