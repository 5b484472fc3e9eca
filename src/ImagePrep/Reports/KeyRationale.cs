using System.Globalization;
using ImagePrep.Golden;
using ImagePrep.Steps.AddNodeEntropy;

namespace ImagePrep.Reports;

/// <summary>Which keys a node makes and when: the part of the entropy rationale that a recipe's options decide.</summary>
internal static class KeyRationale
{
    public static string OfProduct()
    {
        IEnumerable<string> rows = AddNodeEntropyOptions.Definitions.Select(option => $"| `{option.Name}` | {option.Default} | {option.Summary} |");
        return "Recipes decide on the keys by the options of `add-node-entropy`:\n\n| option | unless said otherwise | |\n|---|---|---|\n" + string.Join('\n', rows);
    }

    public static string Of(NodeEntropyDescription? keys)
    {
        if (keys is null)
        {
            return "The recipe leaves key generation to the guest.";
        }

        string when = keys.KeysMade == AddNodeEntropyOptions.Command
            ? "Keys are made when a management application calls `imageprep-keygen run`; the services wait for it."
            : "Keys are made just before the services first need them.";
        string[] ssh = [.. keys.SshKeyTypes.Select(type => type switch
        {
            "rsa" => $"RSA of {keys.RsaBits} bits",
            "ecdsa" => $"ECDSA on P-{keys.EcdsaBits}",
            _ => "Ed25519",
        })];
        string floor = keys.EntropyFloor == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" Kernels before 5.6 must report {keys.EntropyFloor} bits in their pool besides.");
        string guard = keys.NetworkGuard ? " Inbound traffic is held until they exist." : "";
        return $"{when} SSH host keys: {string.Join(", ", ssh)}. Key of the self-signed certificate: {keys.TlsKey}.{floor}{guard}";
    }
}
