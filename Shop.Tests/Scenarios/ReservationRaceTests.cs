using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shop.Tests.Service;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Scenarios;

/// <summary>
/// T5 at Catalog's door: each operation meets each other one on the same order, before and after every named point, in another
/// process. What comes of it must be what one after the other gives, in one order or the other, and the books must agree.
/// </summary>
public abstract class ReservationRaceTests(DirectedCatalog catalog, bool limited)
{
    private const int Stock = 10;
    private static readonly string[] Operations = ["reserve", "change", "confirm", "release", "expire"];
    private static readonly string[] Messages = ["order-paid", "order-cancelled"];

    public static TheoryData<string, string> Pairs => PairsOf((Operations, Operations));

    public static TheoryData<string, string> PairsWithMessages =>
        PairsOf((Messages, Messages), (Messages, Operations), (Operations, Messages));

    [Theory]
    [MemberData(nameof(Pairs))]
    public Task Two_operations_at_once_end_as_one_after_the_other(string first, string rival) => MeetAsync(first, rival);

    protected async Task MeetAsync(string first, string rival)
    {
        string[] allowed = [await OneAfterTheOtherAsync(first, rival, first, rival), await OneAfterTheOtherAsync(first, rival, rival, first)];
        foreach (var point in Messages.Contains(first) ? DirectedCatalog.MessagePoints : DirectedCatalog.Points)
        {
            var scene = await SceneAsync(first, rival);
            var meeting = await catalog.MeetAsync(
                point, () => RunAsync(first, scene, replica: 0), other => RunAsync(rival, scene, other), late: Messages.Contains(first));
            // Nothing is due where the rival is the one who reserves.
            Assert.True(meeting is null == (first, rival) is ("expire", "reserve"), $"{point} was reached: {meeting is not null}");
            await (meeting ?? RunAsync(rival, scene, replica: 1));
            var state = await StateAsync(scene);
            Assert.True(allowed.Contains(state), $"{first} met {rival} at {point}: {state}, and not {string.Join(" or ", allowed)}");
        }
        await catalog.AssertBooksAgreeAsync();
    }

    private static TheoryData<string, string> PairsOf(params (string[] Firsts, string[] Rivals)[] groups)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var (first, rival) in groups.SelectMany(group => group.Firsts.SelectMany(_ => group.Rivals, ValueTuple.Create)))
            pairs.Add(first, rival);
        return pairs;
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
        var scene = new Scene(Guid.CreateVersion7(), await catalog.ProductAsync(Stock));
        if (limited) await catalog.ScalarAsync("UPDATE variants SET limit_per_customer = $2 WHERE id = $1", scene.Product, Stock);
        if (first != "reserve" && rival != "reserve") await RunAsync("reserve", scene, replica: 0);
        if (first == "expire" || rival == "expire")
            await catalog.ScalarAsync("UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1", scene.Order);
        return scene;
    }

    private async Task RunAsync(string operation, Scene scene, int replica)
    {
        using var orders = catalog.AsOrders(replica);
        var answer = await (operation switch
        {
            "reserve" => Answer.ReserveAsync(orders, scene.Order, 1, scene.Order, (scene.Product, 3)),
            "change" => Answer.ReserveAsync(orders, scene.Order, 2, scene.Order, (scene.Product, 5)),
            "confirm" => Answer.OfAsync(orders.PostAsJsonAsync($"/internal/reservations/{scene.Order}/confirm", new { revision = 1, version = 2 })),
            "release" => Answer.OfAsync(orders.DeleteAsync(new Uri($"/internal/reservations/{scene.Order}?version=3", UriKind.Relative))),
            _ => WithoutAnswerAsync(operation, scene, replica),
        });
        Assert.True(answer.Status < HttpStatusCode.InternalServerError, $"{operation}: {answer}");
    }

    private async Task<Answer> WithoutAnswerAsync(string operation, Scene scene, int replica)
    {
        await (operation switch
        {
            "order-paid" => catalog.SendAsync(operation, scene.Order, 2, new { orderId = scene.Order, revision = 1, version = 2 }),
            "order-cancelled" => catalog.SendAsync(operation, scene.Order, 3, new { orderId = scene.Order, version = 3 }),
            _ => catalog.SweepAsync(replica),
        });
        return new Answer(HttpStatusCode.NoContent, new JsonObject());
    }

    private async Task<string> StateAsync(Scene scene) => (string)(await catalog.ScalarAsync(
        """
        SELECT concat_ws(', ',
            (SELECT on_hand || ' on hand, ' || reserved || ' reserved' FROM stock WHERE variant_id = $1),
            coalesce((SELECT state || ' ' || revision || ' ' || coalesce((
                SELECT string_agg(quantity || '-' || shortage, ',') FROM reservation_lines WHERE (order_id, revision) = (r.order_id, r.revision)), '')
            FROM reservations r WHERE order_id = $2), 'none'),
            'customer has ' || (SELECT coalesce(sum(units), 0) FROM customer_units WHERE variant_id = $1))
        """,
        scene.Product, scene.Order))!;

    private sealed record Scene(Guid Order, long Product);
}

[Collection(Servers.Collection)]
public sealed class GroupCommitRaceTests(DirectedCatalog catalog)
    : ReservationRaceTests(catalog, limited: true), IClassFixture<DirectedCatalog>
{
    /// <summary>Words that come by message, past group commit and through whichever process the broker chooses.</summary>
    [Theory]
    [MemberData(nameof(PairsWithMessages))]
    public Task A_message_and_a_rival_at_once_end_as_one_after_the_other(string first, string rival) => MeetAsync(first, rival);
}

// Limited variants would not be reserved by conditional updates.
[Collection(Servers.Collection)]
public sealed class ConditionalUpdateRaceTests(SingleDirectedCatalog catalog)
    : ReservationRaceTests(catalog, limited: false), IClassFixture<SingleDirectedCatalog>;
