using System.Diagnostics;
using System.Security.Cryptography;

namespace ImagePrep.Randomness.Seeds;

/// <summary>
/// The secrets of one node, in memory that the collector does not move or copy, until <see cref="Dispose"/> wipes them. They are only to be
/// had as spans, which no logger, serializer or debugger view can walk into.
/// </summary>
[DebuggerDisplay("secrets of {NodeName,nq}")]
public sealed class NodeSecrets : IDisposable
{
    public const int SeedBytes = 512;
    public const int MachineIdBytes = 16;
    public const int NonceBytes = 32;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes = GC.AllocateArray<byte>(SeedBytes + MachineIdBytes + NonceBytes, pinned: true);
    private bool _disposed;

    internal NodeSecrets(string nodeName) => NodeName = nodeName;

    public string NodeName { get; }

    /// <summary>The bytes that the guest's first boot loads.</summary>
    public ReadOnlySpan<byte> Seed => Alive()[..SeedBytes];

    /// <summary>A machine id: a version 4 UUID, as systemd makes them. <see cref="WriteMachineId"/> gives the form of /etc/machine-id.</summary>
    public ReadOnlySpan<byte> MachineId => Alive().Slice(SeedBytes, MachineIdBytes);

    /// <summary>Provisioning nonce for the node's configuration.</summary>
    public ReadOnlySpan<byte> Nonce => Alive()[(SeedBytes + MachineIdBytes)..];

    /// <summary>Writes the machine id as 32 lower-case hexadecimal ASCII digits.</summary>
    public void WriteMachineId(Span<byte> destination) => HexDigits.Write(MachineId, destination);

    /// <summary>Wipes the secrets; reading them afterwards throws.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    public override string ToString() => nameof(NodeSecrets);

    internal void SetSeed(ReadOnlySpan<byte> seed) => seed.CopyTo(_bytes.AsSpan(0, SeedBytes));

    /// <summary>The part that holds machine id and nonce, for the generator to fill.</summary>
    internal Span<byte> Identity => _bytes.AsSpan(SeedBytes);

    internal void MarkMachineIdAsVersion4()
    {
        // RFC 9562 §5.4: version in the high half of byte 6, variant in the two highest bits of byte 8. It is never all zeros, which is invalid.
        Span<byte> id = _bytes.AsSpan(SeedBytes, MachineIdBytes);
        id[6] = (byte)((id[6] & 0x0F) | 0x40);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
    }

    private ReadOnlySpan<byte> Alive()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _bytes;
    }
}
