using System.Text;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;

/// <summary>
/// The name of an attribute as ext stores it: a number for the namespace, and the bytes behind it. POSIX ACLs are a namespace of their own
/// with nothing behind.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/attributes.html"/>
internal readonly struct AttributeName(byte index, byte[] bytes) : IEquatable<AttributeName>
{
    public const byte PosixAclAccess = 2;
    public const byte PosixAclDefault = 3;

    private const byte System = 7;
    private const int MaxLength = 255;

    // Whole names first, so that they win over the prefix "system.".
    private static readonly (byte Index, string Text, bool IsWhole)[] Namespaces =
    [
        (PosixAclAccess, "system.posix_acl_access", true),
        (PosixAclDefault, "system.posix_acl_default", true),
        (8, "system.richacl", true),
        (1, "user.", false),
        (4, "trusted.", false),
        (6, "security.", false),
        (System, "system.", false),
    ];

    /// <summary>e_name_index.</summary>
    public byte Index { get; } = index;

    /// <summary>e_name.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    public bool IsAcl => Index is PosixAclAccess or PosixAclDefault;

    /// <summary>"system.data" is content that lies in the inode, not an attribute that anybody set.</summary>
    public bool IsInlineData => Index == System && Bytes.SequenceEqual("data"u8);

    /// <exception cref="ArgumentException">Not a name in a namespace that ext has a number for, or one that is no attribute.</exception>
    public static AttributeName Parse(string name)
    {
        foreach ((byte index, string text, bool isWhole) in Namespaces)
        {
            if (isWhole ? name == text : name.Length > text.Length && name.StartsWith(text, StringComparison.Ordinal))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(name[text.Length..]);
                AttributeName parsed = new(index, bytes);
                if (bytes.Length > MaxLength || bytes.Contains((byte)0) || parsed.IsInlineData)
                {
                    break;
                }

                return parsed;
            }
        }

        throw new ArgumentException(
            $"'{PrintableText.From(name)}' is not an attribute name: user., trusted., security. or system. and 1 to {MaxLength} bytes.",
            nameof(name));
    }

    /// <summary>The full name, or null when the namespace is none that Linux shows.</summary>
    public string? ToFullName()
    {
        foreach ((byte index, string text, bool _) in Namespaces)
        {
            if (index == Index)
            {
                return text + Encoding.UTF8.GetString(Bytes);
            }
        }

        return null;
    }

    public bool Equals(AttributeName other) => Index == other.Index && Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is AttributeName other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Index, bytes.Length);

    /// <summary>The order in which an attribute block keeps its entries: namespace, length, bytes.</summary>
    public static int CompareInBlock(AttributeName left, AttributeName right)
    {
        int order = left.Index.CompareTo(right.Index);
        order = order != 0 ? order : left.Bytes.Length.CompareTo(right.Bytes.Length);
        return order != 0 ? order : left.Bytes.SequenceCompareTo(right.Bytes);
    }
}
