using System.IO.Enumeration;
using System.Security.Cryptography;
using ImagePrep.Catalog.KeyFormats.Checks;
using ImagePrep.Guests;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Catalog.KeyFormats;

/// <summary>
/// Looks for private keys by content, wherever configuration and secrets are kept, for what the catalog does not name. Packages' own files
/// (/usr/share, the package database) hold samples only and are left out.
/// </summary>
public static class KeyAudit
{
    /// <summary>Smaller than any key.</summary>
    private const int MinFile = 16;

    /// <summary>Larger than any file that is meant to hold keys.</summary>
    private const int MaxFile = 1 << 20;

    /// <summary>What is read of a file at first: a block, which holds most files of /etc whole and shows whether one is text.</summary>
    private const int HeadLength = 4096;

    private const int MaxDepth = 24;
    private const int MaxEntries = 200_000;

    /// <summary>Files with certificates that are compared with the keys: far more than a machine's own.</summary>
    private const int MaxCertificates = 1024;

    /// <summary>Keys that a certificate is looked for: more than anybody reads of.</summary>
    private const int MaxMatched = 256;

    private static readonly string[] Folders =
    [
        "/etc", "/root", "/home", "/srv", "/opt", "/usr/local", "/boot",
        "/var/lib/chrony", "/var/lib/cloud", "/var/lib/dropbear", "/var/lib/etcd", "/var/lib/fwupd/pki", "/var/lib/glusterd", "/var/lib/icinga2",
        "/var/lib/incus", "/var/lib/ipa", "/var/lib/ipa-client", "/var/lib/ipsec", "/var/lib/iwd", "/var/lib/jenkins", "/var/lib/krb5kdc",
        "/var/lib/kubelet/pki", "/var/lib/lxd", "/var/lib/mysql", "/var/lib/net-snmp", "/var/lib/NetworkManager", "/var/lib/pcsd",
        "/var/lib/pgsql", "/var/lib/postgresql", "/var/lib/prosody", "/var/lib/puppet", "/var/lib/quassel", "/var/lib/rabbitmq",
        "/var/lib/rancher/k3s/server", "/var/lib/samba", "/var/lib/seedrng", "/var/lib/snapd/device", "/var/lib/snmp", "/var/lib/ssh",
        "/var/lib/sss", "/var/lib/strongswan", "/var/lib/systemd", "/var/lib/tailscale", "/var/lib/tang", "/var/lib/teleport", "/var/lib/tor",
        "/var/lib/waagent", "/var/lib/zerotier-one", "/var/db/tang", "/var/kerberos", "/var/ossec/etc", "/var/snap/lxd/common/lxd", "/var/www",
    ];

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
        private readonly Dictionary<GuestPath, Mount> _mounts = guest.Mounts.ToDictionary(mount => mount.Point);
        private readonly HashSet<GuestPath> _entered = [];
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
            // A folder of the list may be a link into another one.
            if (!_entered.Add(folder.Path))
            {
                return;
            }

            if (depth > MaxDepth)
            {
                _isComplete = false;
                return;
            }

            foreach (DirectoryEntry entry in folder.Mount.FileSystem.List(folder.Node).OrderBy(entry => entry.Name))
            {
                if (++_entries > MaxEntries)
                {
                    _isComplete = false;
                    return;
                }

                if (entry.Kind is not (NodeKind.Directory or NodeKind.File))
                {
                    continue;
                }

                GuestPath path = folder.Path / entry.Name;
                GuestNode node = _mounts.TryGetValue(path, out Mount? mount)
                    ? new GuestNode(mount, mount.FileSystem.Root, path)
                    : new GuestNode(folder.Mount, entry.Node, path);
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
            if (keep.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false)))
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
