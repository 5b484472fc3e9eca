namespace ImagePrep.Storage.Disks.Output;

/// <summary>Fills an output file, and hashes it when that was asked for.</summary>
internal interface IImageCopier
{
    /// <summary>Length of the file in bytes; known when it is written.</summary>
    long Length { get; }

    /// <summary>Writes everything and returns when it is written; the digest may lag behind.</summary>
    void Write();

    /// <summary>The SHA-256 of the file in lower-case hexadecimal, or null when it was not asked for.</summary>
    string? WaitForDigest();

    /// <summary>Gives up a digest that nobody needs any more, and waits until its thread has let go of the file and the buffers.</summary>
    void Abandon();
}
