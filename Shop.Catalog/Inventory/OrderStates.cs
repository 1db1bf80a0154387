using System.Text.Json;
using Polly;

namespace Shop.Catalog.Inventory;

public sealed record OrderStatesRequest(IReadOnlyList<Guid> OrderIds);

public sealed record OrderStatesAnswer(IReadOnlyList<OrderState>? States);

/// <summary>How an order stands, by Orders' own word.</summary>
public sealed record OrderState(Guid OrderId, string Status, int Revision, long Version)
{
    /// <summary>What is to happen to the reservation of such an order when its lease is over; null for nothing.</summary>
    public StockOperation? AfterLease(TimeSpan grace) => Status switch
    {
        "cancelled" or "expired" => new Expire(OrderId, grace),
        "paid" or "shipped" or "delivered" or "completed" or "refunded" => new Confirm(OrderId, Revision, Version),
        _ => null,
    };
}

/// <summary>Asks Orders how orders stand.</summary>
public sealed partial class OrderStates(IHttpClientFactory clients, ILogger<OrderStates> logger)
{
    public const string Client = "order-states";

    private int _away;

    /// <summary>The orders that exist; null when Orders cannot be asked, which is logged once until it answers again.</summary>
    public async Task<IReadOnlyDictionary<Guid, OrderState>?> FindAsync(
        IReadOnlyList<Guid> orderIds, CancellationToken cancellationToken)
    {
        try
        {
            var states = await AskAsync(orderIds, cancellationToken);
            Interlocked.Exchange(ref _away, 0);
            return states;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or ExecutionRejectedException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (Interlocked.Exchange(ref _away, 1) == 0) LogAway(e);
            return null;
        }
    }

    private async Task<Dictionary<Guid, OrderState>> AskAsync(IReadOnlyList<Guid> orderIds, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(Client);
        using var response = await http.PostAsJsonAsync(
            "/internal/orders/states", new OrderStatesRequest(orderIds), CatalogJson.Default.OrderStatesRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync(CatalogJson.Default.OrderStatesAnswer, cancellationToken);
        return (answer?.States ?? throw new JsonException("Orders answered without states.")).ToDictionary(state => state.OrderId);
    }

    [LoggerMessage(112, LogLevel.Warning, "Orders does not answer; reservations are kept beyond their lease until it does")]
    private partial void LogAway(Exception exception);
}
