namespace ImagePrep.Catalog.Actions;

/// <summary>How a file writes its settings.</summary>
public enum SettingStyle
{
    /// <summary>KEY=value, as shells and many daemons read it; the last one counts.</summary>
    Shell,

    /// <summary>key = value below a [section].</summary>
    Ini,

    /// <summary>key: value, at the outermost level.</summary>
    Yaml,
}
