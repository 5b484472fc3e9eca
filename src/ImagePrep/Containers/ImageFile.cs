namespace ImagePrep.Containers;

/// <summary>One host file of an image that a user named.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Format">As users write it.</param>
/// <param name="Length">Bytes of the file.</param>
public sealed record ImageFile(string Path, string Format, long Length);
