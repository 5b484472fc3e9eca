namespace ImagePrep.Guests.DeviceOrder;

/// <summary>A name by device order in a text.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Text">The word or setting with the name in it, as the guest wrote it.</param>
internal readonly record struct NamedDevice(int Line, string Text);
