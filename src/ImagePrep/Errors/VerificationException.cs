namespace ImagePrep.Errors;

/// <summary>What was written does not read back as intended; the output was discarded. Exit code 1.</summary>
public sealed class VerificationException(string message) : Exception(message);
