using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Exchange;

/// <summary>The job of importing a file that was accepted.</summary>
/// <param name="Id">Of the import.</param>
public sealed record ImportRequested(long Id);

public static class ImportJobs
{
    private const string Type = "import-requested";

    /// <summary>Imports in a queue in order: of two files that name the same product, the later one counts.</summary>
    public static MessagingBuilder RunImports(this MessagingBuilder messaging) => messaging
        .Publish(Type, CatalogJson.Default.ImportRequested)
        .WorkQueue("imports", queue => queue.Job<ImportRequested, ImportHandler>(Type, CatalogJson.Default.ImportRequested));
}
