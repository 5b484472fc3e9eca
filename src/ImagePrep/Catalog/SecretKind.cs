namespace ImagePrep.Catalog;

/// <summary>How a file that is taken out is recorded.</summary>
/// <param name="Name">Kind of secret, such as "ssh-host-key"; empty for an identity that is no secret, which is not recorded.</param>
/// <param name="Commit">Whether a commitment is recorded: not where the content could be guessed and so confirmed.</param>
public sealed record SecretKind(string Name, bool Commit)
{
    public static SecretKind None { get; } = new("", false);

    public static SecretKind SshHostKey { get; } = new("ssh-host-key", true);

    public bool IsSecret => Name.Length > 0;
}
