using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class OrderStatesTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task Catalog_is_told_how_orders_of_all_shards_stand_and_nothing_of_those_that_do_not_exist()
    {
        var product = bed.Product(100);
        var wanted = new Dictionary<Guid, string> { [Guid.CreateVersion7()] = "" };
        for (var n = 0; n < 8; n++)
        {
            using var shopper = bed.Shopper();
            var id = (await shopper.OrderAsync(new { productId = product, quantity = 1 })).Id;
            if (n % 2 == 0) await bed.StartPaymentAsync(id, Guid.CreateVersion7(), shopper.CustomerId);
            wanted[id] = n % 2 == 0 ? "paying 1 2" : "reserved 1 1";
        }

        using var catalog = bed.Client("catalog");
        using var response = await catalog.PostAsJsonAsync("/internal/orders/states", new { orderIds = wanted.Keys });
        var states = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("states").EnumerateArray().ToDictionary(
            state => state.GetProperty("orderId").GetGuid(),
            state => $"{state.GetProperty("status").GetString()} {state.GetProperty("revision")} {state.GetProperty("version")}");
        Assert.Equal(wanted.Where(order => order.Value.Length > 0).Order(Comparer()), states.Order(Comparer()));
    }

    [Fact]
    public async Task Only_Catalog_asks_and_for_so_many_at_once()
    {
        foreach (var (caller, count, status) in new (string?, int, HttpStatusCode)[]
        {
            (null, 1, HttpStatusCode.Unauthorized), ("payments", 1, HttpStatusCode.Unauthorized), ("catalog", 0, HttpStatusCode.BadRequest),
            ("catalog", 201, HttpStatusCode.BadRequest), ("catalog", 200, HttpStatusCode.OK),
        })
        {
            using var client = bed.Client(caller);
            using var response = await client.PostAsJsonAsync(
                "/internal/orders/states", new { orderIds = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()) });
            Assert.Equal(status, response.StatusCode);
        }
    }

    private static Comparer<KeyValuePair<Guid, string>> Comparer() =>
        Comparer<KeyValuePair<Guid, string>>.Create((one, other) => one.Key.CompareTo(other.Key));
}
