namespace ImagePrep.Guests.DeviceOrder;

/// <summary>Files of one setting or record a line, with '#' before remarks. What is not understood names no device.</summary>
internal static class SettingLines
{
    private static readonly char[] Blanks = [' ', '\t', '\r'];

    /// <summary>grub-mkconfig then writes the device nodes that it finds, whatever else the file says.</summary>
    private static readonly string[] UuidSwitches = ["GRUB_DISABLE_LINUX_UUID", "GRUB_DISABLE_UUID"];

    /// <summary>fstab(5): the first field.</summary>
    public static IEnumerable<NamedDevice> FileSystemTable(string text) => Guests.FileSystemTable.Parse(text)
        .Where(entry => DeviceOrderName.IsOfKernel(entry.Source))
        .Select(entry => new NamedDevice(entry.Line, entry.Source));

    /// <summary>crypttab(5): name, device, key, options; all but the name can be a device.</summary>
    public static IEnumerable<NamedDevice> EncryptedDevices(string text) =>
        from line in Lines(text)
        from field in line.Text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).Skip(1)
        where DeviceOrderName.IsOfKernel(field)
        select new NamedDevice(line.Number, field);

    /// <summary>GRUB's device.map: "(hd0) /dev/sda".</summary>
    public static IEnumerable<NamedDevice> DeviceMap(string text) =>
        from line in Lines(text)
        let fields = line.Text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries)
        where fields.Skip(1).Any(DeviceOrderName.IsOfKernel)
        select new NamedDevice(line.Number, string.Join(' ', fields));

    /// <summary>Kernel parameters, alone or behind a word of a boot menu: "options root=/dev/sda1 ro".</summary>
    public static IEnumerable<NamedDevice> KernelParameters(string text) =>
        from line in Lines(text)
        from word in ParametersOf(line.Text)
        select new NamedDevice(line.Number, word);

    /// <summary>NAME=value as shells, systemd and GRUB's environment block have it; the value may be a list of kernel parameters.</summary>
    public static IEnumerable<NamedDevice> Assignments(string text) =>
        from line in Lines(text)
        from setting in SettingsOf(line.Text)
        select new NamedDevice(line.Number, setting);

    /// <summary>The words of a line that are parameters and name a device.</summary>
    public static IEnumerable<string> ParametersOf(string line) =>
        Words(line).Where(word => word.IndexOf('=', StringComparison.Ordinal) > 0 && DeviceOrderName.IsOfKernel(word));

    private static IEnumerable<string> SettingsOf(string line)
    {
        const string Export = "export ";
        string assignment = line.StartsWith(Export, StringComparison.Ordinal) ? line[Export.Length..] : line;
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string name = equals > 0 ? assignment[..equals] : "";
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '+'))
        {
            // The second line of a value that goes over several.
            return ParametersOf(line);
        }

        string[] words = [.. Words(assignment[(equals + 1)..])];
        return UuidSwitches.Contains(name) && words is ["true", ..]
            ? [$"{name}=true"]
            : words.Where(DeviceOrderName.IsOfKernel).Select(word => word.Contains('=', StringComparison.Ordinal) ? word : $"{name}={word}");
    }

    /// <summary>Without quotes, up to a remark.</summary>
    private static IEnumerable<string> Words(string text) => text
        .Replace("\"", "", StringComparison.Ordinal)
        .Replace("'", "", StringComparison.Ordinal)
        .Split(Blanks, StringSplitOptions.RemoveEmptyEntries)
        .TakeWhile(word => word[0] != '#');

    private static IEnumerable<(int Number, string Text)> Lines(string text) => text.Split('\n')
        .Select((line, index) => (Number: index + 1, Text: line.Trim()))
        .Where(line => line.Text.Length > 0 && line.Text[0] != '#');
}
