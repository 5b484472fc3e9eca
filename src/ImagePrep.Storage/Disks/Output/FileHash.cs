using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>The SHA-256 of a file that could not be hashed on its way out, because it was not written in order.</summary>
internal static class FileHash
{
    private const int BufferSize = 1 << 20;

    /// <summary>Reads the whole file once, as a rule out of the page cache. Lower-case hexadecimal.</summary>
    public static string Compute(SafeFileHandle file, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        long position = 0;
        for (int count = RandomAccess.Read(file, buffer, position); count > 0; count = RandomAccess.Read(file, buffer, position))
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, count));
            position += count;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
