using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Blocks;

/// <summary>SHA-256 of a whole host file, holes included, in lower-case hexadecimal.</summary>
public static class FileDigest
{
    private const int BufferSize = 1 << 20;

    public static string Sha256(string path, CancellationToken cancellation)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        return Sha256(file, cancellation);
    }

    /// <summary>Reads from the start, whatever the position of the handle.</summary>
    public static string Sha256(SafeFileHandle file, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        long position = 0;
        while (RandomAccess.Read(file, buffer, position) is > 0 and int read)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            position += read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
