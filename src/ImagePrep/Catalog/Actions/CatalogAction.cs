using ImagePrep.Guests;

namespace ImagePrep.Catalog.Actions;

/// <summary>Which step carries an action out.</summary>
public enum CatalogStage
{
    /// <summary>Takes something out of the guest: reset-identity.</summary>
    Clean,

    /// <summary>Turns a generator off, or makes it wait: remove-keygen.</summary>
    Configure,
}

/// <summary>One thing that is done to a guest. Doing it twice changes nothing the second time.</summary>
public abstract record CatalogAction
{
    public abstract CatalogStage Stage { get; }

    /// <summary>What it does, as a line of Markdown for the page that lists the catalog.</summary>
    public abstract string Describe();

    /// <summary>Guest paths that it would change. The guest is only looked at.</summary>
    public abstract IEnumerable<string> Pending(CatalogScope scope);

    /// <summary>Changes the guest.</summary>
    public abstract void Apply(CatalogScope scope, Steps.GuestStepContext context);

    private protected static string Code(IEnumerable<string> texts) => string.Join(", ", texts.Select(text => $"`{text}`"));
}
