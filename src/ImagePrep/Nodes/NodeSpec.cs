namespace ImagePrep.Nodes;

/// <summary>One node that is to be made: what the node list says of it.</summary>
/// <param name="Name">Host name: RFC 1123 labels, at most 64 bytes; also the name of its files.</param>
/// <param name="Macs">MAC addresses the node is bound to, lower case, separated by colons; empty when not bound.</param>
/// <param name="Uuid">DMI product UUID the node is bound to, lower case; empty when not bound.</param>
/// <param name="MachineId">32 hexadecimal digits when the list fixes it; empty for a fresh one.</param>
/// <param name="Site">Further columns of the list, by upper-case key.</param>
public sealed record NodeSpec(
    string Name,
    IReadOnlyList<string> Macs,
    string Uuid,
    string MachineId,
    IReadOnlyList<KeyValuePair<string, string>> Site);
