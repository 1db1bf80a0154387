using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Cache;

namespace Shop.Tests.Service.Catalog;

/// <summary>A commit whose answer is lost may have happened, so the other replicas are told to look again.</summary>
[Collection(Servers.Collection)]
public sealed class LostCommitTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    [Fact]
    public async Task A_change_of_a_product_is_told_all_the_same()
    {
        var id = await bed.ProductAsync(stock: 1);
        await CutOffAsync("products", $"NEW.id = {id}");
        await AssertToldAsync(id, administrator => administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Cut Off","price":2}"""));
    }

    [Theory]
    [InlineData("brands", "willow")]
    [InlineData("categories", "garden")]
    public async Task A_change_of_what_a_product_belongs_to_is_told_all_the_same(string table, string slug)
    {
        var id = await bed.ProductAsync(stock: 1);
        using var administrator = bed.Administrator();
        await administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":1,"brand":"willow","category":"garden"}""");
        await CutOffAsync(table, $"NEW.slug = '{slug}'");
        await AssertToldAsync(id, one => one.SendAsync("PUT", $"/api/{table}/{slug}", """{"name":"Cut Off"}"""));
    }

    [Fact]
    public async Task Goods_that_come_in_are_told_all_the_same()
    {
        var id = await bed.ProductAsync(stock: 1);
        await CutOffAsync("stock", $"NEW.variant_id = {id}");
        await AssertToldAsync(id, administrator => administrator.SendAsync("POST", $"/api/products/{id}/stock", """{"quantity":5}"""));
    }

    [Fact]
    public async Task A_reservation_is_told_all_the_same()
    {
        var id = await bed.ProductAsync(stock: 3);
        await CutOffAsync("stock", $"NEW.variant_id = {id}");
        using var orders = bed.Orders();
        await AssertToldAsync(id, _ => Answer.ReserveAsync(orders, Guid.CreateVersion7(), 1, Guid.CreateVersion7(), (id, 1)));
    }

    private async Task AssertToldAsync(long id, Func<HttpClient, Task<Answer>> change)
    {
        var heard = 0;
        await Eventually.TrueAsync(() => bed.Replicas.All(replica => replica.Services.GetRequiredService<ChangeFeed>().IsHeard));
        bed.Replicas[1].Services.GetRequiredService<ChangeFeed>().Changed += changed => Interlocked.Add(ref heard, changed == id ? 1 : 0);
        using var administrator = bed.Administrator();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await change(administrator)).Status);
        await Eventually.TrueAsync(() => Volatile.Read(ref heard) > 0);
    }

    /// <summary>The connection of whoever changes such a row ends when it commits.</summary>
    private Task CutOffAsync(string table, string when)
    {
        var name = $"cut_off_{Guid.CreateVersion7():N}";
        return bed.ExecuteAsync(
            $"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
            CREATE CONSTRAINT TRIGGER {name} AFTER UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()
            """);
    }
}
