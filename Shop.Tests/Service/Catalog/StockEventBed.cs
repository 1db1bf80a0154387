using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.StockEvents;
using Shop.Catalog.Subscriptions;

namespace Shop.Tests.Service.Catalog;

/// <summary>Two replicas that tell of a variant once an hour, and write mails to files.</summary>
public sealed class StockEventBed(Servers servers) : CatalogBed(servers), IDisposable
{
    public string Spool { get; } = Path.Combine(Path.GetTempPath(), Servers.UniqueName("spool"));

    protected override IReadOnlyDictionary<string, string> Own => new Dictionary<string, string>
    {
        ["Catalog:StockEvents:Throttle"] = "01:00:00",
        ["Catalog:StockEvents:NoticesPerTransaction"] = "50",
        ["Mail:Spool"] = Spool,
        ["Mail:ShopUrl"] = "https://shop.example",
        ["Messaging:RetryDelays:0"] = "00:00:00.05",
    };

    internal Notifier NotifierOf(int replica) => Replicas[replica].Services.GetRequiredService<Notifier>();

    /// <summary>An hour passes for what was told of a product.</summary>
    public Task AnHourLaterAsync(long product) => ExecuteAsync(
        "UPDATE stock_announced SET at = at - interval '1 hour' WHERE variant_id IN (SELECT id FROM variants WHERE product_id = $1)", product);

    /// <summary>Both replicas have their turn.</summary>
    internal Task TurnAsync() => Task.WhenAll(Replicas.Select(async replica =>
    {
        var announcer = replica.Services.GetRequiredService<StockAnnouncer>();
        await announcer.WalkAsync(CancellationToken.None);
        await announcer.TurnAsync(CancellationToken.None);
    }));

    /// <summary>The time comes, and the present state is told.</summary>
    public async Task SettleAsync(long product)
    {
        await Eventually.TrueAsync(async () =>
        {
            await AnHourLaterAsync(product);
            await TurnAsync();
            return await CountAsync(
                "SELECT count(*) FROM stock s JOIN stock_announced a USING (variant_id) WHERE s.version > a.version AND variant_id = $1", product) == 0;
        });
    }

    public void Dispose()
    {
        if (Directory.Exists(Spool)) Directory.Delete(Spool, recursive: true);
    }
}
