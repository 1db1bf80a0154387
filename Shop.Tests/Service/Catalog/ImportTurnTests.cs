using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Exchange;
using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.Catalog;

/// <summary>Requests to import while another import is at work.</summary>
[Collection(Servers.Collection)]
public sealed class ImportTurnTests(PatientImportBed bed) : IClassFixture<PatientImportBed>
{
    [Fact]
    public async Task Those_who_wait_have_their_turns_in_the_order_of_their_coming()
    {
        using var first = bed.Administrator();
        using var second = bed.Administrator(replica: 1);
        var waiting = new List<Task<Answer>>();
        await using (await RivalAsync())
        {
            foreach (var (administrator, price) in new[] { (first, 12), (second, 11), (first, 13), (second, 10) })
            {
                waiting.Add(ImportAsync(administrator, "turn-table", price));
                await WaitersAsync(waiting.Count);
            }
        }
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal("12 11 13 10", await bed.TextAsync(
            "SELECT string_agg((h.price / 100)::text, ' ' ORDER BY h.id) FROM price_history h JOIN variants v ON v.id = h.variant_id WHERE v.sku = $1",
            "turn-table-1"));
    }

    [Fact]
    public async Task A_replica_lets_no_more_than_a_few_wait()
    {
        using var first = bed.Administrator();
        using var second = bed.Administrator(replica: 1);
        List<Task<Answer>> waiting;
        await using (await RivalAsync())
        {
            waiting = [ImportAsync(first, "few-a", 1), ImportAsync(first, "few-b", 1)];
            await WaitersAsync(2);
            Assert.Equal("import_running", (await ImportAsync(first, "few-c", 1)).Code);
            waiting.Add(ImportAsync(second, "few-d", 1));
            await WaitersAsync(3);
        }
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(first, "few-c", 1)).Status);
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_queue_at_once()
    {
        using var leaver = bed.Administrator();
        using var stayer = bed.Administrator(replica: 1);
        using var leaving = new CancellationTokenSource();
        Task<Answer> stays;
        await using (await RivalAsync())
        {
            var leaves = ImportAsync(leaver, "leaver", 1, leaving.Token);
            await WaitersAsync(1);
            stays = ImportAsync(stayer, "stayer", 1);
            await WaitersAsync(2);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
            // Of itself it would have waited longer, and its place would have been kept longer.
            await WaitersAsync(1, TimeSpan.FromSeconds(5));
        }
        Assert.Equal(HttpStatusCode.OK, (await stays).Status);
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "leaver"));
    }

    private Task<LockHandle> RivalAsync() => bed.Services.GetRequiredService<FairLock>().AcquireAsync(
        ProductImport.LockName, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), CancellationToken.None);

    private Task WaitersAsync(int number, TimeSpan? patience = null) => Eventually.TrueAsync(
        async () => await bed.CountAsync("SELECT count(*) FROM shop_lock_waiters WHERE name = $1", ProductImport.LockName) == number, patience);

    private static async Task<Answer> ImportAsync(HttpClient administrator, string slug, int price, CancellationToken cancellationToken = default)
    {
        using var content = new StringContent(
            $"{string.Join(',', Columns.All)}\r\n{slug},{slug}-1,Turn Table,,,,more,,,{price},,\r\n", Encoding.UTF8, "text/csv");
        return await Answer.OfAsync(administrator.PostAsync("/api/products/import", content, cancellationToken));
    }
}

/// <summary>Two requests of a replica wait for their turn to import, for a minute.</summary>
public sealed class PatientImportBed(Servers servers) : CatalogBed(servers)
{
    protected override IReadOnlyDictionary<string, string> Own => new Dictionary<string, string>
    {
        ["Catalog:Import:Wait"] = "00:01:00",
        ["Catalog:Import:Requests"] = "2",
    };
}
