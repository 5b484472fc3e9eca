using System.Globalization;
using System.Text;

namespace ImagePrep.Steps.AddNodeEntropy;

/// <summary>What the guest's key generator is told: KEY=value lines, read as data and never by a shell.</summary>
internal static class KeygenSettings
{
    public const string Path = "/etc/imageprep/keygen.conf";

    public static byte[] Write(AddNodeEntropyOptions options) => Encoding.ASCII.GetBytes(string.Join('\n',
    [
        "# How imageprep-keygen makes keys. Data, not a script: one KEY=value a line, nothing is quoted.",
        $"SSH_KEY_TYPES={string.Join(',', options.SshKeyTypes)}",
        $"RSA_BITS={options.RsaBits}",
        $"ECDSA_BITS={options.EcdsaBits}",
        $"TLS_KEY={options.TlsKey}",
        string.Create(CultureInfo.InvariantCulture, $"ENTROPY_FLOOR={options.EntropyFloor}"),
        "",
    ]));
}
