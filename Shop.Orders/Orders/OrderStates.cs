using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Orders;

/// <summary>Which orders Catalog wants to know about.</summary>
internal sealed record OrderStatesRequest(IReadOnlyList<Guid>? OrderIds);

/// <summary>The orders that exist, in no order.</summary>
internal sealed record OrderStatesAnswer(IReadOnlyList<OrderState> States);

internal sealed record OrderState(Guid OrderId, string Status, int Revision, long Version);

/// <summary>Tells Catalog how orders stand before it ends their reservations.</summary>
internal static class OrderStates
{
    public const int MaxIds = 200;

    private const string Find = "SELECT id, status, revision, version FROM orders WHERE id = ANY ($1)";

    public static void MapOrderStates(this IEndpointRouteBuilder app) => app.MapInternal("catalog").MapPost("/orders/states", ListAsync);

    private static async Task<Ok<OrderStatesAnswer>> ListAsync(OrderStatesRequest body, Shards shards, CancellationToken cancellationToken)
    {
        if (body.OrderIds is not { Count: > 0 and <= MaxIds } ids)
        {
            throw Problem.Validation("orderIds", $"must be 1 to {MaxIds} ids");
        }

        var found = await Task.WhenAll(ids.GroupBy(shards.Of).Select(group => ReadAsync(group.Key, [.. group], cancellationToken)));
        return TypedResults.Ok(new OrderStatesAnswer([.. found.SelectMany(states => states)]));
    }

    private static async Task<List<OrderState>> ReadAsync(NpgsqlDataSource shard, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = shard.CreateCommand(Find);
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var states = new List<OrderState>();
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3)));
        }

        return states;
    }
}
