using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.Orders.Events;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class EventsTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task A_watcher_at_one_replica_sees_the_order_paid_through_another()
    {
        using var shopper = bed.Shopper(replica: 0);
        using var watcher = bed.Shopper(bed.Replicas[1], shopper.CustomerId);
        var order = await OrderAsync(shopper);
        using var stream = await EventStream.OpenAsync(watcher, order);
        Assert.Equal(("1", "status", "reserved"), await stream.NextAsync());
        var payment = Guid.CreateVersion7();
        await bed.StartPaymentAsync(order, payment, shopper.CustomerId);
        Assert.Equal(("2", "status", "paying"), await stream.NextAsync());
        await bed.SucceedAsync(payment, order, 1000);
        Assert.Equal(("3", "status", "paid"), await stream.NextAsync());
        Assert.Null(await stream.NextAsync());
    }

    // By the poll alone every change would take almost two seconds, since it comes right after one. A busy machine delays some.
    [Fact]
    public async Task Changes_arrive_by_notification_and_not_by_the_poll()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        using var stream = await EventStream.OpenAsync(shopper, order);
        await stream.NextAsync();
        var (paying, reserved) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var n = 0; n < 5; n++)
        {
            var payment = Guid.CreateVersion7();
            paying.Add(await ArrivesAsync("paying", () => bed.StartPaymentAsync(order, payment, shopper.CustomerId)));
            reserved.Add(await ArrivesAsync("reserved", () => bed.FailAsync(payment, order)));
        }

        foreach (var times in (List<TimeSpan>[])[paying, reserved])
            Assert.InRange(times.Order().ElementAt(times.Count / 2), TimeSpan.Zero, OrderListener.PollPeriod / 2);

        async Task<TimeSpan> ArrivesAsync(string status, Func<Task> change)
        {
            var elapsed = Stopwatch.StartNew();
            await change();
            Assert.Equal(status, (await stream.NextAsync())?.Status);
            return elapsed.Elapsed;
        }
    }

    [Fact]
    public async Task A_change_without_a_notification_is_found_by_the_poll()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        using var stream = await EventStream.OpenAsync(shopper, order);
        await stream.NextAsync();
        await bed.ExecuteAsync(order, "UPDATE orders SET status = 'cancelled', version = version + 1 WHERE id = $1");
        Assert.Equal("cancelled", (await stream.NextAsync())?.Status);
    }

    [Fact]
    public async Task A_lost_listening_connection_is_replaced()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        using var stream = await EventStream.OpenAsync(shopper, order);
        await stream.NextAsync();
        await bed.ExecuteAsync(order, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%version, status FROM orders WHERE id = ANY%' AND pid <> pg_backend_pid() AND $1::uuid IS NOT NULL");
        await shopper.CancelAsync(order);
        Assert.Equal("cancelled", (await stream.NextAsync())?.Status);
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task Listening_takes_no_connection_of_those_for_requests()
    {
        await using var small = await bed.StartReplicaAsync(("Database:MaxPoolSize", "1"));
        using var shopper = bed.Shopper(small, Guid.CreateVersion7());
        var order = await OrderAsync(shopper);
        using var stream = await EventStream.OpenAsync(shopper, order);
        Assert.Equal("reserved", (await stream.NextAsync())?.Status);
    }

    [Fact]
    public async Task Who_has_seen_the_end_is_told_not_to_come_back()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await shopper.CancelAsync(order);
        Assert.Equal(HttpStatusCode.NoContent, await StatusOfAsync(shopper, order, lastEventId: "2"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(shopper, order, lastEventId: "1"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(shopper, order, lastEventId: "nonsense"));
    }

    [Fact]
    public async Task Watchers_are_bounded_and_their_places_given_back()
    {
        await using var small = await bed.StartReplicaAsync(("Orders:MaxWatchers", "1"));
        using var shopper = bed.Shopper(small, Guid.CreateVersion7());
        var order = await OrderAsync(shopper);
        using (var stream = await EventStream.OpenAsync(shopper, order))
        {
            await stream.NextAsync();
            var refused = await shopper.GetAsync($"/api/orders/{order}/events");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "too_many_watchers"), (refused.Status, refused.Code));
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await Eventually.TrueAsync(() => small.Services.GetRequiredService<OrderEventHub>().WatchedOrders().Count == 0);
        using var second = await EventStream.OpenAsync(shopper, order);
        Assert.Equal("reserved", (await second.NextAsync())?.Status);
    }

    [Fact]
    public async Task One_order_has_ten_watchers_and_they_take_no_place_from_another()
    {
        using var shopper = bed.Shopper();
        var (order, other) = (await OrderAsync(shopper), await OrderAsync(shopper));
        var streams = new List<EventStream>();
        for (var n = 0; n < OrderEventHub.MaxWatchersPerOrder; n++)
        {
            streams.Add(await EventStream.OpenAsync(shopper, order));
        }

        var refused = await shopper.GetAsync($"/api/orders/{order}/events");
        Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_watchers"), (refused.Status, refused.Code));
        Assert.NotNull(refused.Headers.RetryAfter);
        using (await EventStream.OpenAsync(shopper, other))
        {
            streams[0].Dispose();
            await Eventually.TrueAsync(async () => await StatusOfAsync(shopper, order, lastEventId: "0") == HttpStatusCode.OK);
        }

        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task An_open_stream_does_not_hold_up_a_replica_that_stops()
    {
        var replica = await bed.StartReplicaAsync();
        using var shopper = bed.Shopper(replica, Guid.CreateVersion7());
        var order = await OrderAsync(shopper);
        using var stream = await EventStream.OpenAsync(shopper, order);
        await stream.NextAsync();
        await replica.DisposeAsync();
        // At its end: one that had to be cut off after the time that a stop may take would be an error.
        Assert.Null(await stream.NextAsync());
    }

    private async Task<Guid> OrderAsync(Shopper shopper) =>
        (await shopper.OrderAsync(new { productId = bed.Product(10, 1000), quantity = 1 })).Id;

    private static async Task<HttpStatusCode> StatusOfAsync(Shopper shopper, Guid order, string lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/orders/{order}/events");
        request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await shopper.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    /// <summary>Reads server-sent events as a browser does, without asking for anything twice.</summary>
    private sealed class EventStream(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        public static async Task<EventStream> OpenAsync(Shopper shopper, Guid order)
        {
            var response = await shopper.Http.GetAsync(new Uri($"/api/orders/{order}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            return new(response, new(await response.Content.ReadAsStreamAsync()));
        }

        /// <summary>Null at the end of the stream.</summary>
        public async Task<(string Id, string Event, string Status)?> NextAsync()
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
            {
                if (line.Length == 0 && fields.Count > 0)
                {
                    return (fields["id"], fields["event"], JsonElement.Parse(fields["data"]).GetProperty("status").GetString()!);
                }

                if (line.Length > 0 && line[0] != ':')
                {
                    var parts = line.Split(": ", 2);
                    fields[parts[0]] = parts[1];
                }
            }

            return null;
        }

        public void Dispose()
        {
            reader.Dispose();
            response.Dispose();
        }
    }
}
