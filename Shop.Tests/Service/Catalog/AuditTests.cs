using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Catalog.Administration;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class AuditTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _administrator = bed.Administrator();

    public void Dispose() => _administrator.Dispose();

    [Fact]
    public async Task Every_change_of_a_product_is_in_the_trail_with_who_and_what()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """{"name":"Watched","price":10,"nameZh":"注视"}""");
        var id = (long)created.Json["id"]!;
        var path = $"/api/products/{id}";
        await _administrator.SendAsync("PUT", path, """{"name":"Watched Closely","price":11}""");
        await _administrator.SendAsync("POST", path + "/variants", $$"""{"sku":"W{{id}}","price":3,"attributes":{"size":"S"} }""");
        await _administrator.SendAsync("PUT", $"{path}/variants/W{id}", """{"price":4,"attributes":{"size":"S"}}""");
        await _administrator.SendAsync("DELETE", $"{path}/variants/W{id}");
        await _administrator.SendAsync("DELETE", path);

        var audit = await _administrator.AuditAsync($"product:{id}");
        Assert.Equal(["product.retired", "variant.retired", "variant.changed", "variant.created", "product.changed", "product.created"], audit.Actions());
        Assert.Single(audit.Strings("who").Distinct());
        var renamed = audit[4]!;
        Assert.Equal(
            ("Watched", "Watched Closely", 10m, 11m),
            ((string)renamed["before"]!["name"]!, (string)renamed["after"]!["name"]!,
             (decimal)renamed["before"]![$"variant P{id}"]!["price"]!, (decimal)renamed["after"]![$"variant P{id}"]!["price"]!));
        Assert.Null(renamed["before"]!["nameZh"]);
        Assert.Equal((null, "注视"), (audit[5]!["before"], (string)audit[5]!["after"]!["nameZh"]!));
        Assert.Equal([$"variant W{id}"], audit[2]!["after"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Who_is_the_administrator_of_the_token()
    {
        using var colleague = bed.Administrator();
        var (mine, theirs) = (await bed.ProductAsync(stock: 1), await bed.ProductAsync(stock: 1));
        await _administrator.SendAsync("DELETE", $"/api/products/{mine}");
        await colleague.SendAsync("DELETE", $"/api/products/{theirs}");
        var entries = new[] { await _administrator.AuditAsync($"product:{mine}"), await _administrator.AuditAsync($"product:{theirs}") };
        Assert.Equal(CatalogBed.CustomerOf(_administrator), (Guid)entries[0][0]!["who"]!);
        Assert.Equal(CatalogBed.CustomerOf(colleague), (Guid)entries[1][0]!["who"]!);
    }

    [Fact]
    public async Task Goods_that_come_in_are_in_the_trail()
    {
        var id = await bed.ProductAsync(stock: 2);
        await _administrator.SendAsync("POST", $"/api/products/{id}/stock", """{"quantity":5}""");
        var entry = (await _administrator.AuditAsync($"product:{id}"))[0]!;
        Assert.Equal(("stock.received", 2, 7), ((string)entry["action"]!, (int)entry["before"]!["onHand"]!, (int)entry["after"]!["onHand"]!));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM stock_ledger WHERE quantity = 5 AND actor = $1", CatalogBed.CustomerOf(_administrator)));
    }

    [Fact]
    public async Task A_refused_change_leaves_no_trace()
    {
        var id = await bed.ProductAsync(stock: 1);
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":1,"category":"nowhere"}""");
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":1}""", "\"v9\"");
        await _administrator.SendAsync("DELETE", $"/api/products/{id}/variants/P{id}");
        Assert.Equal(["product.created"], (await _administrator.AuditAsync($"product:{id}")).Actions());
        Assert.Equal(1, await _administrator.VersionAsync(id));
    }

    [Fact]
    public async Task The_trail_is_paged_without_a_gap()
    {
        var id = await bed.ProductAsync(stock: 1);
        for (var price = 1; price <= 6; price++)
            await _administrator.SendAsync("PUT", $"/api/products/{id}", $$"""{"name":"Thing","price":{{price}}}""");
        var ids = new List<long>();
        for (var after = ""; ;)
        {
            var page = (await _administrator.SendAsync("GET", $"/api/audit?subject=product:{id}&limit=3{after}")).Json;
            ids.AddRange(page["items"]!.AsArray().Select(entry => (long)entry!["id"]!));
            if (page["next"] is not { } next) break;
            after = $"&after={next}";
        }
        Assert.Equal(7, ids.Count);
        Assert.Equal(ids.Distinct().OrderDescending(), ids);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("after=0", "after")]
    [InlineData("after=x", "after")]
    [InlineData("subject=", "subject")]
    public async Task A_query_out_of_bounds_is_refused(string query, string field)
    {
        var answer = await _administrator.SendAsync("GET", "/api/audit?" + query);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Theory]
    [InlineData("UPDATE audit_trail SET who = gen_random_uuid()")]
    [InlineData("DELETE FROM audit_trail")]
    [InlineData("TRUNCATE audit_trail")]
    public async Task Nobody_rewrites_the_trail(string sql)
    {
        await bed.ProductAsync(stock: 1);
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => bed.ExecuteAsync(sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task What_is_older_than_two_years_is_dropped_except_the_price_that_held_then()
    {
        var id = await bed.ProductAsync(stock: 1);
        await bed.ExecuteAsync("INSERT INTO audit_trail (at, who, action, subject) SELECT shop_now() - interval '731 days', gen_random_uuid(), 'x', 'old:' || $1", id);
        await bed.ExecuteAsync("INSERT INTO audit_trail (at, who, action, subject) SELECT shop_now() - interval '700 days', gen_random_uuid(), 'x', 'old:' || $1", id);
        await bed.ExecuteAsync("DELETE FROM price_history WHERE variant_id = $1", id);
        await bed.ExecuteAsync("INSERT INTO price_history (variant_id, price, since) SELECT $1, n, shop_now() - interval '752 days' + n * interval '5 days' FROM generate_series(1, 9) AS n", id);

        await bed.Services.GetServices<IHostedService>().OfType<HistoryRetention>().Single().DropAsync(CancellationToken.None);

        Assert.Single(await _administrator.AuditAsync($"old:{id}"));
        var prices = (await _administrator.SendAsync("GET", $"/api/products/{id}/prices")).Json["items"]!;
        Assert.Equal([0.09m, 0.08m, 0.07m, 0.06m, 0.05m, 0.04m], prices.AsArray().Select(entry => (decimal)entry!["price"]!));
    }

    [Fact]
    public async Task Prices_are_kept_for_each_variant_with_who_set_them()
    {
        var id = await bed.ProductAsync(stock: 1, price: 10);
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":12.5}""");
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Other Thing","price":12.5}""");
        await _administrator.SendAsync("POST", $"/api/products/{id}/variants", $$"""{"sku":"H{{id}}","price":3,"attributes":{"size":"S"} }""");
        await _administrator.SendAsync("PUT", $"/api/products/{id}/variants/P{id}", """{"price":9}""");
        var prices = (await _administrator.SendAsync("GET", $"/api/products/{id}/prices")).Json["items"]!.AsArray();
        Assert.Equal(
            [($"P{id}", 9m), ($"H{id}", 3m), ($"P{id}", 12.5m), ($"P{id}", 10m)],
            prices.Select(entry => ((string)entry!["sku"]!, (decimal)entry["price"]!)));
        Assert.Equal(CatalogBed.CustomerOf(_administrator), (Guid)prices[0]!["who"]!);
        Assert.Null((await _administrator.SendAsync("GET", "/api/products/1/prices")).Json["items"]![0]!["who"]);
    }

    [Fact]
    public async Task A_change_is_told_to_who_listens_and_a_price_only_when_it_moves()
    {
        var id = await bed.ProductAsync(stock: 1, price: 10);
        var toldOf = await bed.ListenAsync();
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":12.5}""");
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Other","price":12.5}""");
        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Other","price":1,"brand":"nobody"}""");
        await _administrator.SendAsync("DELETE", $"/api/products/{id}");

        Assert.Equal(
            $$"""
            price-changed {"sku":"P{{id}}","productId":{{id}},"old":1000,"new":1250,"version":2}
            product-changed {"id":{{id}},"version":2,"retired":false}
            product-changed {"id":{{id}},"version":3,"retired":false}
            product-changed {"id":{{id}},"version":4,"retired":true}
            """,
            await toldOf(id));
    }
}
