using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Shop.Orders.Orders;
using Shop.ServiceDefaults;

namespace Shop.Orders.Events;

/// <summary><c>GET /api/orders/{id}/events</c>: the state now, then each change, as server-sent events.</summary>
internal static class OrderEventStream
{
    /// <summary>A comment is sent when nothing else was, so that proxies keep the connection.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>A browser comes back by itself after this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private const string LastEventId = "Last-Event-ID";

    public static IServiceCollection AddOrderEvents(this IServiceCollection services)
    {
        services.AddSingleton<OrderEventHub>();
        services.AddHostedService<OrderListener>();
        return services;
    }

    public static void MapOrderEvents(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/orders").WithTags("Orders").RequireAuthorization()
            .MapGet("/{id:guid}/events", StreamAsync)
            .WithName("WatchOrder")
            .WithSummary("Follow an order's status as server-sent events until it is paid, cancelled or expired")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task StreamAsync(
        Guid id, HttpContext context, ClaimsPrincipal user, OrderEventHub hub, OrderQueries queries, TimeProvider time,
        IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        // Watching begins before the state is read, so that no change falls between the two.
        using var watcher = hub.Watch(id);
        var order = await queries.FindAsync(id, user.CustomerId(), cancellationToken) ?? throw OrdersEndpoints.Unknown();
        if (!order.Status.IsOpen() && HasSeen(context.Request, order.Version))
        {
            // 204 tells a browser that there is nothing to come back for.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        using var longest = new CancellationTokenSource(Longest, time);
        using var registration = longest.Token.Register(ending.Cancel);
        try
        {
            await FollowAsync(context.Response, watcher, new(order.Id, order.Version, order.Status.Name()), time, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client went away, the service stops, or the time is up: the stream just ends.
        }
    }

    private static async Task FollowAsync(
        HttpResponse response, OrderWatcher watcher, OrderSignal signal, TimeProvider time, CancellationToken cancellationToken)
    {
        var sent = signal.Version;
        await SendAsync(response, Format(signal), cancellationToken);
        while (OrderStatuses.Parse(signal.Status).IsOpen())
        {
            if (await NextAsync(watcher, time, cancellationToken) is not { } next)
            {
                await SendAsync(response, ": still here\n\n", cancellationToken);
            }
            else if (next.Version > sent)
            {
                signal = next;
                sent = next.Version;
                await SendAsync(response, Format(next), cancellationToken);
            }
        }
    }

    /// <summary>Null when nothing happened for the time of a heartbeat.</summary>
    private static async Task<OrderSignal?> NextAsync(OrderWatcher watcher, TimeProvider time, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var heartbeat = new CancellationTokenSource(Heartbeat, time);
        using var registration = heartbeat.Token.Register(waiting.Cancel);
        try
        {
            return await watcher.Signals.ReadAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task SendAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static string Format(OrderSignal signal)
    {
        var data = JsonSerializer.Serialize(new OrderStatusEvent(signal.OrderId, signal.Status, signal.Version), OrdersJson.Default.OrderStatusEvent);
        return string.Create(CultureInfo.InvariantCulture, $"id: {signal.Version}\nevent: status\ndata: {data}\n\n");
    }

    private static bool HasSeen(HttpRequest request, long version) =>
        long.TryParse(request.Headers[LastEventId], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) && seen >= version;
}
