namespace ImagePrep.Catalog.KeyFormats;

/// <summary>How files of one key format are told from others. All criteria that are given must hold.</summary>
/// <param name="Id">Stable name, for reports.</param>
/// <param name="Rows">Rows of the key-generation inventory.</param>
/// <param name="What">One phrase for reviewers.</param>
/// <param name="IsPrivate">Whether such a file must stay secret.</param>
/// <param name="Paths">Patterns of which the whole guest path matches one ('*' also stands for '/'); empty for any path.</param>
/// <param name="Begins">Bytes at the start of the file; empty for any.</param>
/// <param name="Contains">Bytes anywhere in what was read of the file; empty for none.</param>
/// <param name="Matches">An expression on the bytes as Latin-1 text; null for none.</param>
/// <param name="Encrypted">The same, for a private part that cannot be used as it is; null for one that can.</param>
/// <param name="Check">A check in code; null for none.</param>
public sealed record KeyFormat(
    string Id,
    IReadOnlyList<string> Rows,
    string What,
    bool IsPrivate,
    IReadOnlyList<string> Paths,
    byte[] Begins,
    byte[] Contains,
    KeyExpression? Matches,
    KeyExpression? Encrypted,
    StructuralCheck? Check);
