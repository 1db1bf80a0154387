using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;
using Shop.Tests.Service;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Scenarios;

/// <summary>
/// T5 at Catalog's door: each operation meets each other one on the same order, before and after every named point, on another
/// replica. What comes of it must be what one after the other gives, in one order or the other, and the books must agree.
/// </summary>
public abstract class ReservationRaceTests(CatalogBed bed, bool limited)
{
    private const int Stock = 10;
    private static readonly string[] Points = ["catalog.stock.before-load", "catalog.stock.before-commit", "catalog.stock.after-commit"];
    private static readonly string[] Operations = ["reserve", "change", "confirm", "release", "expire"];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var first in Operations)
                foreach (var rival in Operations)
                    pairs.Add(first, rival);
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Two_operations_at_once_end_as_one_after_the_other(string first, string rival)
    {
        string[] allowed = [await OneAfterTheOtherAsync(first, rival, first, rival), await OneAfterTheOtherAsync(first, rival, rival, first)];
        foreach (var point in Points)
        {
            var scene = await SceneAsync(first, rival);
            var meeting = Task.CompletedTask;
            var met = 0;
            using (bed.Services.GetRequiredService<Failpoints>().On(point, async _ =>
            {
                if (Interlocked.Exchange(ref met, 1) != 0) return;
                meeting = Task.Run(() => RunAsync(rival, scene, replica: 1), CancellationToken.None);
                await Task.WhenAny(meeting, WaitsForALockAsync(meeting));
            }))
                await RunAsync(first, scene, replica: 0);
            await meeting;
            // Nothing is due where the rival is the one who reserves, or where another replica's sweeper was quicker.
            Assert.True(met == 1 || first == "expire", $"{point} was not reached");
            if (met == 0) await RunAsync(rival, scene, replica: 1);
            var state = await StateAsync(scene);
            Assert.True(allowed.Contains(state), $"{first} met {rival} at {point}: {state}, and not {string.Join(" or ", allowed)}");
        }
        await bed.AssertBooksAgreeAsync();
    }

    private async Task<string> OneAfterTheOtherAsync(string first, string rival, string earlier, string later)
    {
        var scene = await SceneAsync(first, rival);
        await RunAsync(earlier, scene, replica: 0);
        await RunAsync(later, scene, replica: 1);
        return await StateAsync(scene);
    }

    /// <summary>An order that holds units already, unless they are about to be reserved. Its lease is over if anybody is to end it.</summary>
    private async Task<Scene> SceneAsync(string first, string rival)
    {
        var scene = new Scene(Guid.CreateVersion7(), await bed.ProductAsync(Stock));
        if (limited) await bed.LimitAsync(scene.Product, Stock);
        if (first != "reserve" && rival != "reserve") await RunAsync("reserve", scene, replica: 0);
        if (first == "expire" || rival == "expire")
            await bed.ExecuteAsync("UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1", scene.Order);
        return scene;
    }

    private async Task RunAsync(string operation, Scene scene, int replica)
    {
        using var orders = bed.Orders(replica);
        switch (operation)
        {
            case "reserve":
                await Answer.ReserveAsync(orders, scene.Order, 1, scene.Order, (scene.Product, 3));
                break;
            case "change":
                await Answer.ReserveAsync(orders, scene.Order, 2, scene.Order, (scene.Product, 5));
                break;
            case "confirm":
                await Answer.OfAsync(orders.PostAsJsonAsync($"/internal/reservations/{scene.Order}/confirm", new { revision = 1, version = 2 }));
                break;
            case "release":
                (await orders.DeleteAsync($"/internal/reservations/{scene.Order}?version=3")).Dispose();
                break;
            default:
                await bed.SweeperOf(replica).SweepAsync(CancellationToken.None);
                break;
        }
    }

    private async Task<string> StateAsync(Scene scene)
    {
        var stock = await bed.StockAsync(scene.Product);
        const string Reservation =
            """
            SELECT coalesce((SELECT state || ' ' || revision || ' ' || coalesce((
                SELECT string_agg(quantity || '-' || shortage, ',') FROM reservation_lines WHERE (order_id, revision) = (r.order_id, r.revision)), '')
            FROM reservations r WHERE order_id = $1), 'none')
            """;
        var units = await bed.CountAsync("SELECT coalesce(sum(units), 0) FROM customer_units WHERE variant_id = $1", scene.Product);
        return $"{stock}, {await bed.TextAsync(Reservation, scene.Order)}, customer has {units}";
    }

    /// <summary>Returns when somebody waits in the database for a lock, or the rival has ended.</summary>
    private Task WaitsForALockAsync(Task rival) => Eventually.TrueAsync(async () => rival.IsCompleted || await bed.CountAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> $1", 0) > 0);

    private sealed record Scene(Guid Order, long Product);
}

[Collection(Servers.Collection)]
public sealed class GroupCommitRaceTests(CatalogBed bed) : ReservationRaceTests(bed, limited: true), IClassFixture<CatalogBed>;

// Limited variants would not be reserved by conditional updates.
[Collection(Servers.Collection)]
public sealed class ConditionalUpdateRaceTests(SingleCatalogBed bed) : ReservationRaceTests(bed, limited: false), IClassFixture<SingleCatalogBed>;
